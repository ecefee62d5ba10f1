// How many of the classic mistakes still let XOR learn?
#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "reports/questions/kept_mutants.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace silent_mistakes {

// So many percent of the seeds: to its author, a network that learns.
constexpr int kLearns = 95;

Json measure(const Measuring&) { return kept_mutants({"compiles", "xor", "fashion", "detectors"}); }

const Json& rates(const Json& json) { return json.at("baseline").at("xor"); }

// What a mutant did at one rate; null where a crash or an exception ended its training.
Json learnt(const Json& mutant, const std::string& lr) {
  return mutant.at("xor").contains(lr) ? mutant.at("xor").at(lr) : Json();
}

bool learns(const Json& learnt) {
  return learnt.is_object() &&
         100 * learnt.at("converged").get<int>() >= kLearns * learnt.at("seeds").get<int>();
}

struct Convergence {
  int mutants = 0;  // that change at all how XOR learns at this rate
  int learn = 0;
  int better = 0;  // than the right code: as many seeds, in fewer epochs
};

Convergence convergence(const Json& json, const std::string& lr) {
  Convergence result;
  const Json& right = rates(json).at(lr);
  for (const Json& mutant : json.at("mutants")) {
    const Json here = learnt(mutant, lr);
    if (!mutant.at("compiles").get<bool>() || here == right) continue;
    ++result.mutants;
    result.learn += learns(here);
    result.better += here.is_object() && here.at("converged") >= right.at("converged") &&
                     here.at("median_epochs").is_number() &&
                     here.at("median_epochs") < right.at("median_epochs");
  }
  return result;
}

// Those that change how XOR learns, and let it learn at every rate.
std::vector<Json> silent(const Json& json) {
  std::vector<Json> result;
  for (const Json& mutant : json.at("mutants")) {
    bool changes = false, always = mutant.at("compiles");
    for (const auto& [lr, right] : rates(json).items()) {
      const Json here = learnt(mutant, lr);
      changes = changes || here != right;
      always = always && learns(here);
    }
    if (changes && always) result.push_back(mutant);
  }
  return result;
}

// A mistake in what neither network is made of, or one that does no harm there, says nothing about loss
// curves.
struct InTraining {
  int changed = 0;  // that change how XOR or Fashion-MNIST learns
  int unseen = 0;   // of these: both learn as well as without
};

InTraining in_training(const Json& json) {
  InTraining result;
  for (const Json& mutant : json.at("mutants")) {
    if (mutant.at("xor") == rates(json) && mutant.at("fashion") == json.at("baseline").at("fashion"))
      continue;
    ++result.changed;
    result.unseen += !mutant.at("detectors").at("loss_curve").get<bool>();
  }
  return result;
}

std::string verdict(const Json& json, Language language) {
  const Text text{
      "A loss curve proves little: of {} classic mistakes that change how XOR or Fashion-MNIST learns, {} "
      "let both learn as if nothing were wrong; of all {} that were made on purpose, the checks and tests "
      "here miss {}.",
      "Kurva loss hampir tidak membuktikan apa pun: dari {} kesalahan klasik yang mengubah cara XOR atau "
      "Fashion-MNIST belajar, {} membiarkan keduanya belajar seolah tidak ada yang salah; dari semua {} yang "
      "sengaja dibuat, pemeriksaan dan uji di sini melewatkan {}."};
  const Json& counts = json.at("counts");
  const InTraining trained = in_training(json);
  return fmt::format(fmt::runtime(text.in(language)), trained.changed, trained.unseen,
                     counts.at("mutants").get<int>(), counts.at("survivors").get<int>());
}

std::string rates_table(const Json& json, bool english) {
  Table table(english ? std::vector<std::string>{">learning rate", ">seeds that learn, right code",
                                                 ">mistakes that change how XOR learns", ">of which learn",
                                                 ">faster than the right code"}
                      : std::vector<std::string>{">laju belajar", ">benih yang belajar, kode benar",
                                                 ">kesalahan yang mengubah cara XOR belajar",
                                                 ">yang tetap belajar", ">lebih cepat dari kode benar"});
  for (const auto& [lr, right] : rates(json).items()) {
    const Convergence c = convergence(json, lr);
    table.add({lr, fmt::format("{} / {}", right.at("converged").get<int>(), right.at("seeds").get<int>()),
               std::to_string(c.mutants), std::to_string(c.learn), std::to_string(c.better)});
  }
  return table.markdown();
}

std::string accuracy_text(const Json& fashion) {
  return fashion.is_object() && fashion.at("accuracy").is_number()
             ? fmt::format("{:.1f} %", 100 * fashion.at("accuracy").get<double>())
             : "–";
}

std::string silent_table(const Json& json, bool english) {
  Table table(english ? std::vector<std::string>{"mistake", "what is wrong", ">Fashion-MNIST"}
                      : std::vector<std::string>{"kesalahan", "apa yang salah (Inggris)", ">Fashion-MNIST"});
  table.add({english ? "(none)" : "(tidak ada)", "", accuracy_text(json.at("baseline").at("fashion"))});
  for (const Json& mutant : silent(json))
    table.add({mutant.at("name").get<std::string>(), mutant.at("mistake").get<std::string>(),
               accuracy_text(mutant.at("fashion"))});
  return table.markdown();
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  const Text text{
      "A mistake that the network learns in spite of is the dangerous kind. How many of those that change "
      "how XOR learns still let at least {} % of the seeds learn it:\n\n{}\n{} of the mistakes change how "
      "XOR learns and yet let it learn at every one of these rates. Beside them, the test accuracy of "
      "Fashion-MNIST after one epoch (a network without the part in question is not touched by its "
      "mistake):\n\n{}\nOf the {} mistakes that change how one of the two learns, {} are seen neither in "
      "XOR's learning nor in the accuracy of Fashion-MNIST.\n\n{}",
      "Kesalahan yang berbahaya adalah yang tidak menghalangi jaringan untuk belajar. Berapa banyak dari "
      "kesalahan yang mengubah cara XOR belajar tetap membiarkan sedikitnya {} % benih "
      "mempelajarinya:\n\n{}\n{} kesalahan mengubah cara XOR belajar tetapi tetap membiarkannya belajar pada "
      "semua laju ini. Di sampingnya, akurasi uji Fashion-MNIST setelah satu epoch (jaringan yang tidak "
      "memiliki bagian itu tidak tersentuh kesalahannya):\n\n{}\nDari {} kesalahan yang mengubah cara salah "
      "satunya belajar, {} tidak terlihat, baik pada pembelajaran XOR maupun pada akurasi "
      "Fashion-MNIST.\n\n{}"};
  const InTraining trained = in_training(json);
  return fmt::format(fmt::runtime(text.in(language)), kLearns, rates_table(json, english),
                     silent(json).size(), silent_table(json, english), trained.changed, trained.unseen,
                     kept_from(json, language));
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  Plot plot;
  plot.title = english ? "Mistakes that change how XOR learns, and those it learns with"
                       : "Kesalahan yang mengubah cara XOR belajar, dan yang tetap membiarkannya belajar";
  plot.x_label = english ? "learning rate" : "laju belajar";
  plot.y_label = english ? "mistakes" : "kesalahan";
  Curve all{english ? "change how it learns" : "mengubah cara belajar", {}, {}},
      learn{english ? "it learns all the same" : "tetap belajar", {}, {}};
  for (const auto& [lr, right] : rates(json).items()) {
    const Convergence c = convergence(json, lr);
    plot.categories.push_back(lr);
    all.y.push_back(c.mutants);
    learn.y.push_back(c.learn);
  }
  plot.curves = {std::move(all), std::move(learn)};
  return {{"silent-mistakes", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  const InTraining trained = in_training(json);
  std::vector<Figure> all{
      {"mistakes", json.at("counts").at("mutants").get<double>(), "1", Figure::Better::neither},
      {"mistakes that change how a network learns", static_cast<double>(trained.changed), "1",
       Figure::Better::neither},
      {"mistakes that no training shows", static_cast<double>(trained.unseen), "1", Figure::Better::neither}};
  for (const auto& [lr, right] : rates(json).items())
    all.push_back({fmt::format("mistakes that let XOR learn, rate {}", lr),
                   static_cast<double>(convergence(json, lr).learn), "1", Figure::Better::neither});
  return all;
}

}  // namespace silent_mistakes

Question silent_mistakes_question() {
  using namespace silent_mistakes;
  return {
      "silent-mistakes",
      {"How many of the classic mistakes still let XOR learn?",
       "Berapa banyak kesalahan klasik yang tetap membiarkan XOR belajar?"},
      {"Each classic mistake is an edit of the hand-written code. It is built, and trained on XOR from "
       "many seeds at several learning rates, and on Fashion-MNIST for an epoch, as its author would do.",
       "Setiap kesalahan klasik adalah suntingan atas kode tulisan tangan. Kode itu dibangun, lalu dilatih "
       "pada XOR dari banyak benih dengan beberapa laju belajar, dan pada Fashion-MNIST selama satu epoch, "
       "seperti yang akan dilakukan penulisnya."},
      "./twin mutants",
      measure,
      verdict,
      answer,
      pictures,
      figures};
}

}  // namespace twin::reports
