// How error-prone is a hand-written backward pass, and who notices?
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "reports/questions/question.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

constexpr const char* kSchema = "twingrad.mutants/1";

// The study takes some twenty minutes: the report shows the last one that was kept.
Json measure(const Measuring&) {
  const std::filesystem::path path = std::filesystem::path(TWINGRAD_RESULTS_DIR) / "mutants.json";
  Json json = Json::parse(read_file(path), nullptr, false);
  if (json.is_discarded() || json.value("schema", "") != kSchema)
    throw DataError(fmt::format("is no result of {}", kSchema), path.string(),
                    "write it anew with ./twin mutants --json FILE");
  return json;
}

bool noticed(const Json& mutant, const char* detector) { return mutant.at("detectors").at(detector); }

// Of the mistakes that can be seen in XOR at all; the others do not touch it.
struct Convergence {
  int mutants = 0;      // that compile and run to an end
  int at_least_95 = 0;  // of which so many percent of the seeds still learn XOR
  int better = 0;       // of which more seeds learn it than with the right code, or in fewer epochs
};

bool changes_xor(const Json& learnt, const Json& right) { return learnt != right; }

Convergence convergence(const Json& json, const std::string& lr) {
  Convergence result;
  const Json& right = json.at("baseline").at("xor").at(lr);
  for (const Json& mutant : json.at("mutants")) {
    if (!mutant.at("xor").contains(lr)) continue;
    const Json& learnt = mutant.at("xor").at(lr);
    if (!changes_xor(learnt, right)) continue;
    ++result.mutants;
    const int converged = learnt.at("converged"), seeds = learnt.at("seeds");
    if (100 * converged >= 95 * seeds) ++result.at_least_95;
    if (converged >= right.at("converged").get<int>() && learnt.at("median_epochs").is_number() &&
        learnt.at("median_epochs") < right.at("median_epochs"))
      ++result.better;
  }
  return result;
}

// Of the mistakes that leave a mark, the share whose cause the diagnosis names.
double named_share(const Json& counts) {
  const Json& d = counts.at("diagnosed");
  const int right = d.at("right"), all = right + d.at("wrong").get<int>() + d.at("unexplained").get<int>();
  return all > 0 ? 100.0 * right / all : 0;
}

std::string verdict(const Json& json, Language language) {
  const Json& counts = json.at("counts");
  const int all = counts.at("mutants"), by_loss = counts.at("caught_by").at("loss_curve");
  const Text text{
      "Hand-written code is as error-prone as they say, and the loss curve does not tell: of {} classic "
      "mistakes, made on "
      "purpose, {} let the networks learn as if nothing were wrong; the checks and tests here catch all but "
      "{}, and name "
      "the cause of {:.0f} % of those that leave a mark.",
      "Kode tulisan tangan memang rawan kesalahan seperti kata orang, dan kurva loss tidak "
      "memperlihatkannya: dari {} kesalahan "
      "klasik yang sengaja dibuat, {} membiarkan jaringan belajar seolah tidak ada yang salah; pemeriksaan "
      "dan uji di sini "
      "menangkap semuanya kecuali {}, dan menyebutkan penyebab {:.0f} % dari yang meninggalkan jejak."};
  return fmt::format(fmt::runtime(text.in(language)), all, all - by_loss, counts.at("survivors").get<int>(),
                     named_share(counts));
}

std::string convergence_table(const Json& json, bool english) {
  Table table(
      english
          ? std::vector<std::string>{">learning rate", ">right code learns", ">mistakes that touch XOR",
                                     ">of which learn in 95 % of the seeds", ">faster than the right code"}
          : std::vector<std::string>{">laju belajar", ">kode benar belajar", ">kesalahan yang menyentuh XOR",
                                     ">yang belajar pada 95 % benih", ">lebih cepat dari kode benar"});
  for (const auto& [lr, right] : json.at("baseline").at("xor").items()) {
    const Convergence c = convergence(json, lr);
    table.add({lr, fmt::format("{} / {}", right.at("converged").get<int>(), right.at("seeds").get<int>()),
               std::to_string(c.mutants), std::to_string(c.at_least_95), std::to_string(c.better)});
  }
  return table.markdown();
}

std::string mutants_table(const Json& json, bool english) {
  Table table(
      english ? std::vector<std::string>{"mistake", ">XOR", ">Fashion-MNIST", "loss curve", "differences",
                                         "step 1", "later steps", "sanitizer", "suite", "diagnosis"}
              : std::vector<std::string>{"kesalahan", ">XOR", ">Fashion-MNIST", "kurva loss", "beda hingga",
                                         "langkah 1", "langkah lain", "sanitizer", "uji", "diagnosis"});
  const auto mark = [](bool yes) { return yes ? "✓" : "·"; };
  for (const Json& mutant : json.at("mutants")) {
    int converged = 0, seeds = 0;
    for (const Json& learnt : mutant.at("xor")) {
      converged += learnt.at("converged").get<int>();
      seeds += learnt.at("seeds").get<int>();
    }
    const Json& fashion = mutant.at("fashion");
    table.add({mutant.at("name").get<std::string>(),
               seeds ? fmt::format("{:.0f} %", 100.0 * converged / seeds) : "–",
               fashion.is_object() && fashion.at("accuracy").is_number()
                   ? fmt::format("{:.1f} %", 100 * fashion.at("accuracy").get<double>())
                   : "–",
               mark(noticed(mutant, "loss_curve")), mark(noticed(mutant, "finite_differences")),
               mark(noticed(mutant, "step_1")), mark(noticed(mutant, "later_steps")),
               mark(noticed(mutant, "sanitizer")), mark(noticed(mutant, "suite")),
               mutant.at("diagnosed").get<std::string>()});
  }
  return table.markdown();
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  const Text text{
      "A mistake that a network learns in spite of is the dangerous kind. How many of the mistakes that "
      "touch XOR at all "
      "still let it converge:\n\n{}\nWho notices which mistake (the suite is asked only where no check "
      "notices):\n\n{}\n"
      "Kept from a run of commit {} on {}.\n",
      "Kesalahan yang berbahaya adalah yang tidak menghalangi jaringan untuk belajar. Berapa banyak dari "
      "kesalahan yang "
      "menyentuh XOR tetap membiarkannya konvergen:\n\n{}\nSiapa yang menangkap kesalahan mana (uji hanya "
      "ditanya bila "
      "tidak ada pemeriksaan yang menangkapnya):\n\n{}\nDisimpan dari pengukuran commit {} pada {}.\n"};
  return fmt::format(fmt::runtime(text.in(language)), convergence_table(json, english),
                     mutants_table(json, english), json.at("commit").get<std::string>(),
                     json.at("machine").at("processor").get<std::string>());
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  const std::pair<const char*, Text> detectors[] = {{"loss_curve", {"loss curve", "kurva loss"}},
                                                    {"finite_differences", {"differences", "beda hingga"}},
                                                    {"step_1", {"step 1", "langkah 1"}},
                                                    {"later_steps", {"later steps", "langkah lain"}},
                                                    {"sanitizer", {"sanitizers", "sanitizer"}}};
  Plot plot;
  plot.title = english ? "Who notices a mistake" : "Siapa yang menangkap kesalahan";
  plot.x_label = "";
  plot.y_label = fmt::format(fmt::runtime(english ? "mistakes, of {}" : "kesalahan, dari {}"),
                             json.at("counts").at("mutants").get<int>());
  Curve curve;
  for (const auto& [detector, name] : detectors) {
    plot.categories.emplace_back(name.in(language));
    curve.y.push_back(json.at("counts").at("caught_by").at(detector));
  }
  plot.curves.push_back(std::move(curve));
  return {{"mistakes-detectors", std::move(plot)}};
}

}  // namespace

Question mistakes_question() {
  return {"mistakes",
          {"How error-prone is a hand-written backward pass, and who notices?",
           "Seberapa rawan kesalahan backward yang ditulis tangan, dan siapa yang menangkapnya?"},
          {"Each classic mistake is a patch against the hand-written code. It is built, trained on XOR from "
           "200 seeds at "
           "four learning rates and on Fashion-MNIST, and shown to every detector: the loss curve (fewer "
           "than 90 % as many "
           "seeds converge, twice as many epochs, or more than a percentage point less accuracy), finite "
           "differences, the "
           "comparison with autograd, sanitizers, the test suite.",
           "Setiap kesalahan klasik adalah patch terhadap kode tulisan tangan. Kode itu dibangun, dilatih "
           "pada XOR dari 200 "
           "benih dengan empat laju belajar dan pada Fashion-MNIST, lalu diperlihatkan kepada setiap "
           "detektor: kurva loss "
           "(kurang dari 90 % benih yang konvergen, dua kali lipat epoch, atau akurasi turun lebih dari satu "
           "poin persen), beda "
           "hingga, perbandingan dengan autograd, sanitizer, uji."},
          "./twin mutants",
          measure,
          verdict,
          answer,
          pictures,
          nullptr};
}

}  // namespace twin::reports
