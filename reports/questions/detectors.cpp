// Which detector catches which mistake, and what does the diagnosis say?
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>
#include <vector>

#include "reports/questions/kept_mutants.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace detectors {

struct Detector {
  const char* field;
  Text name;
};
constexpr Detector kDetectors[] = {{"compiler", {"compiler", "kompiler"}},
                                   {"loss_curve", {"loss curve", "kurva loss"}},
                                   {"finite_differences", {"differences", "beda hingga"}},
                                   {"step_1", {"step 1", "langkah 1"}},
                                   {"later_steps", {"later steps", "langkah lanjut"}},
                                   {"sanitizer", {"sanitizers", "sanitizer"}},
                                   {"suite", {"suite", "uji"}}};

Json measure(const Measuring&) {
  return kept_mutants({"expected_causes", "detectors", "suite_asked", "diagnosis", "diagnosed", "survives"});
}

bool noticed(const Json& mutant, const char* detector) { return mutant.at("detectors").at(detector); }

// By finite differences or against autograd.
bool checked(const Json& mutant) {
  return noticed(mutant, "finite_differences") || noticed(mutant, "step_1") || noticed(mutant, "later_steps");
}

int count_of(const Json& json, bool (*holds)(const Json& mutant)) {
  return static_cast<int>(std::count_if(json.at("mutants").begin(), json.at("mutants").end(), holds));
}

int caught_by(const Json& json, const char* detector) {
  return json.at("counts").at("caught_by").at(detector);
}

struct Diagnosed {
  int right, wrong, none;
};

// Of the mistakes that a check notices.
Diagnosed diagnosed(const Json& json) {
  const Json& counts = json.at("counts").at("diagnosed");
  const int right = counts.at("right"), wrong = counts.at("wrong");
  return {right, wrong, count_of(json, checked) - right - wrong};
}

// The causes that were named, each once; the right ones first.
std::string causes(const Json& mutant) {
  std::vector<std::string> right, others;
  const Json& expected = mutant.at("expected_causes");
  for (const Json& finding : mutant.at("diagnosis")) {
    std::string cause = finding.at("cause");
    const bool is_right = std::find(expected.begin(), expected.end(), cause) != expected.end();
    std::replace(cause.begin(), cause.end(), '_', ' ');
    std::vector<std::string>& names = is_right ? right : others;
    if (std::find(names.begin(), names.end(), cause) == names.end()) names.push_back(std::move(cause));
  }
  right.insert(right.end(), others.begin(), others.end());
  return fmt::format("{}", fmt::join(right, ", "));
}

std::string diagnosis_text(const Json& mutant, bool english) {
  const std::string verdict = mutant.at("diagnosed");
  if (verdict == "right") return "✓ " + causes(mutant);
  if (verdict == "wrong") return "✗ " + causes(mutant);
  if (verdict == "unexplained") return english ? "? no cause named" : "? tanpa penyebab";
  return "";
}

std::string mutants_table(const Json& json, bool english) {
  std::vector<std::string> headers{english ? "mistake" : "kesalahan"};
  std::vector<const char*> shown;
  for (const Detector& detector : kDetectors) {
    if (caught_by(json, detector.field) == 0) continue;  // an empty column says no more than the text
    headers.emplace_back(detector.name.in(english ? Language::english : Language::indonesian));
    shown.push_back(detector.field);
  }
  headers.emplace_back("diagnosis");
  Table table(headers);
  for (const Json& mutant : json.at("mutants")) {
    std::vector<Cell> row{mutant.at("name").get<std::string>()};
    for (const std::string detector : shown)
      row.emplace_back(noticed(mutant, detector.c_str())                              ? "✓"
                       : detector == "suite" && !mutant.at("suite_asked").get<bool>() ? ""
                                                                                      : "·");
    row.emplace_back(diagnosis_text(mutant, english));
    table.add(std::move(row));
  }
  return table.markdown();
}

std::string idle_detectors(const Json& json, Language language) {
  std::vector<std::string_view> idle;
  for (const Detector& detector : kDetectors)
    if (caught_by(json, detector.field) == 0) idle.push_back(detector.name.in(language));
  if (idle.empty()) return "";
  const Text text{" Nothing was caught by: {}.", " Tidak ada yang ditangkap oleh: {}."};
  return fmt::format(fmt::runtime(text.in(language)), fmt::join(idle, ", "));
}

std::string survivors_text(const Json& json, Language language) {
  std::vector<std::string> names;
  for (const Json& mutant : json.at("mutants"))
    if (mutant.at("survives").get<bool>()) names.push_back(mutant.at("name"));
  if (names.empty())
    return std::string(
        Text{"Nobody misses them all: no mistake survives.", "Tidak ada kesalahan yang lolos dari semuanya."}
            .in(language));
  const Text text{"These are caught by nobody, a hole in the tests: {}.",
                  "Kesalahan ini tidak ditangkap siapa pun, sebuah lubang dalam uji: {}."};
  return fmt::format(fmt::runtime(text.in(language)), fmt::join(names, ", "));
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  const Diagnosed d = diagnosed(json);
  const int both = count_of(json, [](const Json& m) { return checked(m) && noticed(m, "loss_curve"); });
  const int later = count_of(json, [](const Json& m) {
    return noticed(m, "later_steps") && !noticed(m, "step_1") && !noticed(m, "finite_differences");
  });
  const Text text{
      "The gradient checks (finite differences, and the comparison with autograd at the first and at later "
      "steps) catch {} of {} mistakes; {} of these the loss curve would have shown too. {} show only after "
      "the first step: what stays between two steps is wrong. What changes no gradient is left to the test "
      "suite, which is asked only where no check notices: it catches {}.{} {}\n\nThe diagnosis is asked "
      "where a check fails: it names the right cause for {} mistakes, a wrong one for {}, and none for {}. "
      "(✓ right, ✗ wrong or partly so: one of the causes it names is not the one that was made.)\n\n{}\n{}",
      "Pemeriksaan gradien (beda hingga, dan perbandingan dengan autograd pada langkah pertama dan langkah "
      "lanjut) menangkap {} dari {} kesalahan; {} di antaranya juga terlihat pada kurva loss. {} baru "
      "terlihat setelah langkah pertama: yang salah adalah apa yang tersimpan di antara dua langkah. "
      "Kesalahan yang tidak mengubah gradien diserahkan kepada uji, yang hanya ditanya bila tidak ada "
      "pemeriksaan yang menangkapnya: uji menangkap {}.{} {}\n\nDiagnosis ditanya bila sebuah pemeriksaan "
      "gagal: ia menyebutkan penyebab yang benar untuk {} kesalahan, yang salah untuk {}, dan tidak "
      "menyebutkan apa pun untuk {}. (✓ benar, ✗ salah seluruhnya atau sebagian: salah satu penyebab yang "
      "disebut bukan yang dibuat.)\n\n{}\n{}"};
  return fmt::format(fmt::runtime(text.in(language)), count_of(json, checked),
                     json.at("counts").at("mutants").get<int>(), both, later, caught_by(json, "suite"),
                     idle_detectors(json, language), survivors_text(json, language), d.right, d.wrong, d.none,
                     mutants_table(json, english), kept_from(json, language));
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  Plot plot;
  plot.title = english ? "Who notices a mistake" : "Siapa yang menangkap kesalahan";
  plot.y_label = fmt::format(fmt::runtime(english ? "mistakes, of {}" : "kesalahan, dari {}"),
                             json.at("counts").at("mutants").get<int>());
  Curve curve;
  for (const Detector& detector : kDetectors) {
    plot.categories.emplace_back(detector.name.in(language));
    curve.y.push_back(caught_by(json, detector.field));
  }
  plot.curves.push_back(std::move(curve));
  return {{"detectors", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  using enum Figure::Better;
  std::vector<Figure> all{
      {"mistakes caught by the gradient checks", static_cast<double>(count_of(json, checked)), "1", higher},
      {"mistakes that survive", json.at("counts").at("survivors").get<double>(), "1", lower},
      {"mistakes diagnosed rightly", static_cast<double>(diagnosed(json).right), "1", higher}};
  for (const Detector& detector : kDetectors)
    all.push_back({fmt::format("mistakes caught by: {}", detector.name.english),
                   static_cast<double>(caught_by(json, detector.field)), "1", neither});
  return all;
}

}  // namespace detectors

Question detectors_question() {
  using namespace detectors;
  return {"detectors",
          {"Which detector catches which mistake, and what does the diagnosis say?",
           "Detektor mana yang menangkap kesalahan mana, dan apa kata diagnosis?"},
          {"Each classic mistake is built into the hand-written code and shown to every detector: the "
           "compiler; the loss curve (fewer than 90 % as many seeds learn XOR, twice as many epochs, or more "
           "than a percentage point less accuracy on Fashion-MNIST); finite differences; the comparison with "
           "autograd; address and undefined-behaviour sanitizers; the test suite. The mistakes are named by "
           "their files in `tests/mutants`.",
           "Setiap kesalahan klasik dimasukkan ke dalam kode tulisan tangan dan diperlihatkan kepada setiap "
           "detektor: kompiler; kurva loss (kurang dari 90 % benih yang mempelajari XOR, dua kali lipat "
           "epoch, atau akurasi Fashion-MNIST turun lebih dari satu poin persen); beda hingga; perbandingan "
           "dengan autograd; sanitizer memori dan perilaku tak terdefinisi; uji. Kesalahan dinamai menurut "
           "berkasnya dalam `tests/mutants`."},
          "./twin mutants",
          measure,
          nullptr,
          answer,
          pictures,
          figures};
}

}  // namespace twin::reports
