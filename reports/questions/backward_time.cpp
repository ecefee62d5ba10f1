// How much longer is backward than forward on each side?
#include <fmt/format.h>

#include "reports/questions/question.hpp"
#include "reports/runs/step_parts.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace backward_time {

constexpr const char* kSides[] = {"manual", "control", "autograd"};

const char* side_words(std::string_view side, Language language) {
  const bool english = language == Language::english;
  if (side == "manual") return english ? "by hand" : "tulisan tangan";
  if (side == "control") return english ? "LibTorch, autograd off" : "LibTorch, tanpa autograd";
  return "autograd";
}

double part(const Json& row, const char* name) { return row.at("parts_us").at(name); }
double ratio(const Json& row) { return part(row, "backward") / part(row, "forward"); }

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  std::vector<std::string> head{english ? "network" : "jaringan"};
  for (const char* side : kSides) {
    head.push_back(fmt::format(">{}, {}", side_words(side, language), english ? "forward µs" : "maju µs"));
    head.push_back(fmt::format(">{}", english ? "backward µs" : "mundur µs"));
    head.push_back(fmt::format(">{}", english ? "ratio" : "rasio"));
  }
  Table table(head);
  for (const std::string& subject : parts_subjects(json)) {
    std::vector<Cell> cells{subject_words(subject, language)};
    for (const char* side : kSides) {
      const Json& row = parts_row(json, subject, side);
      cells.push_back(rounded(part(row, "forward")));
      cells.push_back(rounded(part(row, "backward")));
      cells.push_back(fmt::format("{:.2f}", ratio(row)));
    }
    table.add(std::move(cells));
  }
  const std::string last = parts_subjects(json).back();
  const Text text{
      "Backward needs two products for each one of forward, but for the first layer, whose input needs no "
      "gradient: five for three layers, so 1.67 times the arithmetic where products are all that counts. At "
      "{} it is {:.2f} times by hand and {:.2f} times with autograd.\n\n{}",
      "Langkah mundur memerlukan dua perkalian untuk setiap satu perkalian langkah maju, kecuali pada lapis "
      "pertama yang masukannya tidak memerlukan gradien: lima untuk tiga lapis, jadi 1,67 kali aritmetikanya "
      "bila hanya perkalian yang berarti. Pada {} rasionya {:.2f} untuk tulisan tangan dan {:.2f} untuk "
      "autograd.\n\n{}"};
  return fmt::format(fmt::runtime(text.in(language)), subject_words(last, language),
                     ratio(parts_row(json, last, "manual")), ratio(parts_row(json, last, "autograd")),
                     table.markdown());
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  Plot plot{english ? "Time of backward over time of forward" : "Waktu mundur terhadap waktu maju", "",
            english ? "backward / forward" : "mundur / maju"};
  for (const std::string& subject : parts_subjects(json))
    plot.categories.push_back(subject_words(subject, language));
  for (const char* side : kSides) {
    Curve curve{side_words(side, language), {}, {}};
    for (const std::string& subject : parts_subjects(json))
      curve.y.push_back(ratio(parts_row(json, subject, side)));
    plot.curves.push_back(std::move(curve));
  }
  return {{"backward-time", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const std::string& subject : parts_subjects(json))
    for (const char* side : kSides)
      all.push_back({fmt::format("{}, {}", subject, side), ratio(parts_row(json, subject, side)), "1",
                     Figure::Better::lower});
  return all;
}

}  // namespace backward_time

Question backward_time_question() {
  using namespace backward_time;
  return {
      "backward-time",
      {"How much longer is backward than forward on each side?",
       "Berapa kali lebih lama langkah mundur daripada langkah maju pada tiap sisi?"},
      {"The parts of a training step by the clock; float32, batch 32 (XOR: its four samples). The gradient "
       "of the loss by the outputs belongs to the loss on the manual side, to backward on autograd's.",
       "Bagian-bagian satu langkah pelatihan diukur dengan jam; float32, batch 32 (XOR: keempat sampelnya). "
       "Gradien loss terhadap keluaran termasuk loss di sisi tulisan tangan, dan termasuk langkah mundur di "
       "sisi autograd."},
      "./twin report --only backward-time",
      run_step_parts,
      nullptr,
      answer,
      pictures,
      figures};
}

}  // namespace twin::reports
