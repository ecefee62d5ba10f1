// How many µs of a step are arithmetic, dispatch, autograd bookkeeping, optimiser?
#include <algorithm>
#include <fmt/format.h>

#include "reports/questions/question.hpp"
#include "reports/runs/step_parts.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace small_steps {

// A step with autograd in four shares, that add up to it. A share that the noise makes negative is shown as
// it is: it says how much the others are worth.
struct Shares {
  double arithmetic, dispatch, bookkeeping, optimiser, all;
};

double outside_the_graph(const Json& row) {
  return row.at("parts_us").at("zero_grad").get<double>() + row.at("parts_us").at("update").get<double>();
}

Shares shares_of(const Json& json, const std::string& subject) {
  const Json &manual = parts_row(json, subject, "manual"), &control = parts_row(json, subject, "control"),
             &autograd = parts_row(json, subject, "autograd");
  const double all = autograd.at("us"), optimiser = outside_the_graph(autograd) - outside_the_graph(control);
  const double arithmetic = manual.at("us"), dispatch = control.at("us").get<double>() - arithmetic;
  return {arithmetic, dispatch, all - arithmetic - dispatch - optimiser, optimiser, all};
}

std::string verdict(const Json& json, Language language) {
  const std::string subject = parts_subjects(json).front();
  const Shares s = shares_of(json, subject);
  const Text text{
      "Of the {:.3g} µs that an autograd step of {} takes, {:.2g} are arithmetic; {:.2g} go into tensors and "
      "dispatch, {:.2g} into recording the graph and walking it, {:.2g} into the optimiser.",
      "Dari {:.3g} µs satu langkah autograd untuk {}, {:.2g} adalah aritmetika; {:.2g} terpakai untuk tensor "
      "dan dispatch, {:.2g} untuk merekam graf dan menelusurinya, {:.2g} untuk optimiser."};
  return fmt::format(fmt::runtime(text.in(language)), s.all, subject_words(subject, language), s.arithmetic,
                     s.dispatch, s.bookkeeping, s.optimiser);
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  Table table(english ? std::vector<std::string>{"network", ">arithmetic", ">dispatch", ">graph",
                                                 ">optimiser", ">whole step, µs", ">arithmetic's share"}
                      : std::vector<std::string>{"jaringan", ">aritmetika", ">dispatch", ">graf",
                                                 ">optimiser", ">seluruh langkah, µs", ">bagian aritmetika"});
  for (const std::string& subject : parts_subjects(json)) {
    const Shares s = shares_of(json, subject);
    table.add({subject_words(subject, language), rounded(s.arithmetic), rounded(s.dispatch),
               rounded(s.bookkeeping), rounded(s.optimiser), rounded(s.all),
               fmt::format("{:.1f} %", 100 * s.arithmetic / s.all)});
  }
  const Text text{
      "Arithmetic is what the manual twin needs for the whole step; dispatch is what the same mathematics "
      "takes "
      "longer on LibTorch's tensors with autograd off (the control: memory for every result included); the "
      "optimiser is what zero_grad() and step() take longer than the control's update; the graph, its "
      "recording and its traversal, is the rest. A negative figure means that LibTorch does that part faster "
      "than the manual twin, or noise.\n\n{}",
      "Aritmetika adalah yang dibutuhkan tulisan tangan untuk seluruh langkah; dispatch adalah tambahan "
      "waktu matematika yang sama pada tensor LibTorch tanpa autograd (kontrol: termasuk memori untuk setiap "
      "hasil); optimiser adalah tambahan waktu zero_grad() dan step() dibandingkan pembaruan pada kontrol; "
      "graf, yakni perekaman dan penelusurannya, adalah sisanya. Angka negatif berarti LibTorch mengerjakan "
      "bagian itu lebih cepat daripada tulisan tangan, atau derau.\n\n{}"};
  return fmt::format(fmt::runtime(text.in(language)), table.markdown());
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  Plot plot{english ? "Where the time of an autograd step goes" : "Ke mana waktu satu langkah autograd", "",
            english ? "share of the step, %" : "bagian dari langkah, %"};
  Curve arithmetic{english ? "arithmetic" : "aritmetika", {}, {}}, dispatch{"dispatch", {}, {}},
      graph{english ? "graph" : "graf", {}, {}}, optimiser{"optimiser", {}, {}};
  for (const std::string& subject : parts_subjects(json)) {
    const Shares s = shares_of(json, subject);
    plot.categories.push_back(subject_words(subject, language));
    // A bar cannot be negative.
    const auto percent = [&](double value) { return std::max(0.0, 100 * value / s.all); };
    arithmetic.y.push_back(percent(std::min(s.arithmetic, s.all)));
    dispatch.y.push_back(percent(s.dispatch));
    graph.y.push_back(percent(s.bookkeeping));
    optimiser.y.push_back(percent(s.optimiser));
  }
  plot.curves = {arithmetic, dispatch, graph, optimiser};
  plot.stacked = true;
  return {{"small-steps", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const std::string& subject : parts_subjects(json)) {
    const Shares s = shares_of(json, subject);
    all.push_back({subject + ", arithmetic", s.arithmetic, "µs", Figure::Better::lower});
    all.push_back({subject + ", dispatch", s.dispatch, "µs", Figure::Better::lower});
    all.push_back({subject + ", graph", s.bookkeeping, "µs", Figure::Better::lower});
    all.push_back({subject + ", optimiser", s.optimiser, "µs", Figure::Better::lower});
  }
  return all;
}

}  // namespace small_steps

Question small_steps_question() {
  using namespace small_steps;
  return {
      "small-steps",
      {"How many µs of a small step are arithmetic, dispatch, autograd bookkeeping, optimiser?",
       "Berapa µs dari satu langkah kecil adalah aritmetika, dispatch, pembukuan autograd, dan optimiser?"},
      {"The same step by hand, on LibTorch's tensors with autograd off, and with autograd, in turns in one "
       "process; float32, batch 32 (XOR: its four samples). The parts of a step by the clock, less what "
       "reading it takes.",
       "Langkah yang sama secara tulisan tangan, pada tensor LibTorch tanpa autograd, dan dengan autograd, "
       "bergiliran dalam satu proses; float32, batch 32 (XOR: keempat sampelnya). Bagian-bagian langkah "
       "diukur dengan jam, dikurangi waktu untuk membaca jam itu."},
      "./twin report --only small-steps",
      run_step_parts,
      verdict,
      answer,
      pictures,
      figures};
}

}  // namespace twin::reports
