// Do both twins compute the same?
#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "reports/questions/question.hpp"
#include "reports/runs/checking.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  CheckingOptions options;
  options.networks = catalogue();
  options.dtypes = {DType::float64, DType::float32};
  options.steps = measuring.quick ? 1 : 3;
  options.threads = measuring.threads;
  options.data = measuring.data;
  const std::vector<NetworkCheck> checks = run_checking(options, measuring.on_progress);
  Json json = json_header("check", options_json(options), measuring.threads, busy);
  json.update(result_json(checks, options.device));
  return json;
}

int count(const Json& json, const char* what) { return json.at(what).get<int>(); }

// The largest relative gap between hand and autograd in one network and dtype.
std::map<std::pair<std::string, std::string>, double> largest_gaps(const Json& json) {
  std::map<std::pair<std::string, std::string>, double> gaps;
  for (const Json& row : json.at("checks")) {
    if (row.at("oracle") != "autograd") continue;
    double& gap = gaps[{row.at("network"), row.at("dtype")}];
    gap = std::max(gap, row.at("max_rel").is_number() ? row.at("max_rel").get<double>() : 1e300);
  }
  return gaps;
}

// How near a gap comes to its bound, of those that autograd judges.
double largest_share(const Json& json, std::string_view dtype) {
  double largest = 0;
  for (const Json& row : json.at("tightness"))
    if (row.at("dtype") == dtype && row.at("oracle") == "autograd" && row.at("largest_share").is_number())
      largest = std::max(largest, row.at("largest_share").get<double>());
  return largest;
}

std::string verdict(const Json& json, Language language) {
  double largest = 0;
  for (const auto& [key, gap] : largest_gaps(json))
    if (key.second == "float64") largest = std::max(largest, gap);
  const Text text =
      count(json, "failed") == 0
          ? Text{"The hand-written gradients are right: {} of {} checks passed, and in float64 no loss, gradient or "
                 "weight is further from autograd's than {:.1e} of the largest value in its tensor.",
                 "Gradien tulisan tangan benar: {} dari {} pemeriksaan lolos, dan dalam float64 tidak ada loss, gradien "
                 "atau bobot yang berjarak lebih dari {:.1e} (relatif terhadap nilai terbesar tensornya) dari autograd."}
          : Text{"The hand-written gradients are NOT right: only {} of {} checks passed; the largest relative gap in "
                 "float64 is {:.1e}.",
                 "Gradien tulisan tangan TIDAK benar: hanya {} dari {} pemeriksaan yang lolos; selisih relatif terbesar "
                 "dalam float64 adalah {:.1e}."};
  return fmt::format(fmt::runtime(text.in(language)), count(json, "passed"),
                     count(json, "passed") + count(json, "failed") + count(json, "unchecked"), largest);
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  Table table(
      english
          ? std::vector<std::string>{"network", "precision", ">largest relative gap, hand to autograd"}
          : std::vector<std::string>{"jaringan", "presisi", ">selisih relatif terbesar, tangan ke autograd"});
  for (const auto& [key, gap] : largest_gaps(json))
    table.add({key.first, key.second, fmt::format("{:.2g}", gap)});
  const Text text{
      "{} checks passed, {} failed, {} could not certify anything. Each compares one tensor: the loss, the "
      "gradient by the inputs, the gradient of every parameter, and the weights after training steps.\n\n{}\n"
      "A check is worth as much as its bound is tight: one that is a thousand times too loose hides "
      "mistakes. "
      "The gap that comes nearest to its bound is {:.2g} of it in float64 and {:.2g} in float32; the picture "
      "shows all of them. (Differences of the loss are bounded by their own error, which is wider.)\n",
      "{} pemeriksaan lolos, {} gagal, {} tidak dapat memastikan apa pun. Masing-masing membandingkan satu "
      "tensor: loss, gradien terhadap masukan, gradien setiap parameter, dan bobot setelah langkah "
      "pelatihan.\n\n{}\n"
      "Nilai sebuah pemeriksaan bergantung pada ketatnya batas: batas yang seribu kali terlalu longgar "
      "menyembunyikan kesalahan. Selisih yang paling dekat dengan batasnya mencapai {:.2g} dari batas itu "
      "dalam "
      "float64 dan {:.2g} dalam float32; gambar memperlihatkan semuanya. (Beda hingga dibatasi oleh galatnya "
      "sendiri, yang lebih lebar.)\n"};
  return fmt::format(fmt::runtime(text.in(language)), count(json, "passed"), count(json, "failed"),
                     count(json, "unchecked"), table.markdown(), largest_share(json, "float64"),
                     largest_share(json, "float32"));
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  Plot plot;
  plot.title =
      english ? "How much of its bound each gap takes up" : "Berapa bagian batas yang dipakai setiap selisih";
  plot.x_label = english ? "gap / bound" : "selisih / batas";
  plot.y_label = english ? "checks" : "pemeriksaan";
  for (const auto& [dtype, decades] : json.at("distribution").items()) {
    Curve curve{dtype, {}, {}};
    for (const Json& decade : decades) {
      if (plot.curves.empty()) plot.categories.push_back(decade.at("share"));
      curve.y.push_back(decade.at("rows"));
    }
    plot.curves.push_back(std::move(curve));
  }
  return {{"equivalence-tightness", std::move(plot)}};
}

}  // namespace

Question equivalence_question() {
  return {"equivalence",
          {"Do both twins compute the same?", "Apakah kedua kembaran menghitung hal yang sama?"},
          {"Every gradient of the hand-written network is held against autograd's and, in float64, against "
           "finite "
           "differences of the loss, which share no formula with either.",
           "Setiap gradien jaringan tulisan tangan dibandingkan dengan gradien autograd dan, dalam float64, "
           "dengan beda "
           "hingga dari loss, yang tidak berbagi rumus dengan keduanya."},
          "./twin check",
          measure,
          verdict,
          answer,
          pictures,
          nullptr};
}

}  // namespace twin::reports
