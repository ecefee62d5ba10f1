// How many catches vanish when the check is weakened?
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

#include "reports/questions/kept_mutants.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace weak_checks {

struct Named {
  const char* field;
  Text name;
};
constexpr Named kParts[] = {{"layer", {"single layers", "satu lapis saja"}},
                            {"network", {"small networks", "jaringan kecil"}}};
constexpr Named kWeakenings[] = {{"ones_upstream", {"ones upstream", "gradien hulu serba satu"}},
                                 {"zero_weights", {"zero initial weights", "bobot awal nol"}},
                                 {"float32", {"float32 alone", "hanya float32"}},
                                 {"no_input_gradient", {"no input gradient", "tanpa gradien masukan"}}};

Json measure(const Measuring&) {
  Json json = kept_mutants({"weak_checks"});
  if (json.at("counts").contains("weak_checks")) return json;
  return not_measured(
      {"the study that was kept is older than its weakened checks; `./twin mutants --json "
       "reports/results/mutants.json` makes it anew",
       "studi yang disimpan lebih tua dari pemeriksaan yang dilemahkan; `./twin mutants --json "
       "reports/results/mutants.json` membuatnya kembali"});
}

const Json& count_of(const Json& json, const Named& part, const Named& weakening) {
  return json.at("counts").at("weak_checks").at(part.field).at(weakening.field);
}

std::size_t vanished(const Json& count) { return count.at("vanished").size(); }
std::size_t later(const Json& count) { return count.at("later").size(); }

std::string names_of(const Json& names) {
  return names.empty() ? "–" : fmt::format("{}", fmt::join(names.get<std::vector<std::string>>(), ", "));
}

std::string table_of(const Json& json, const Named& part, Language language) {
  const bool english = language == Language::english;
  Table table(english ? std::vector<std::string>{"weakened by", ">caught by the whole check", ">vanish",
                                                 ">seen later", "which vanish"}
                      : std::vector<std::string>{"dilemahkan dengan", ">tertangkap pemeriksaan penuh",
                                                 ">hilang", ">terlihat lebih lambat", "yang hilang"});
  for (const Named& weakening : kWeakenings) {
    const Json& count = count_of(json, part, weakening);
    table.add({std::string(weakening.name.in(language)), std::to_string(count.at("caught").get<int>()),
               std::to_string(vanished(count)), std::to_string(later(count)),
               names_of(count.at("vanished"))});
  }
  return table.markdown();
}

std::string answer(const Json& json, Language language) {
  std::size_t most = 0;
  const Named* worst = nullptr;
  for (const Named& weakening : kWeakenings) {
    std::size_t sum = 0;
    for (const Named& part : kParts) sum += vanished(count_of(json, part, weakening));
    if (sum > most) {
      most = sum;
      worst = &weakening;
    }
  }
  const Text cost{"The weakening that costs most is \"{}\".", "Pelemahan yang paling mahal adalah \"{}\"."},
      none{"None of them costs a catch.", "Tidak satu pun menghilangkan tangkapan."};
  const Text text{
      "{} Each line compares the whole check with the weakened one on the same networks: what vanishes is "
      "caught by the first and never by the second; what is seen later is caught at a later step than the "
      "first.\n\n**On single layers**, as a layer is tested by itself:\n\n{}\n**On small networks** of two "
      "layers, under each loss (ones upstream: under the inner-product loss alone, which is the sum of the "
      "outputs then):\n\n{}\n{}",
      "{} Setiap baris membandingkan pemeriksaan penuh dengan yang dilemahkan pada jaringan yang sama: yang "
      "hilang ditangkap oleh yang pertama dan tidak pernah oleh yang kedua; yang terlihat lebih lambat baru "
      "ditangkap pada langkah sesudahnya.\n\n**Pada satu lapis saja**, seperti lapis diuji "
      "tersendiri:\n\n{}\n**Pada jaringan kecil** dua lapis, dengan setiap loss (gradien hulu serba satu: "
      "hanya dengan loss hasil kali dalam, yang saat itu menjadi jumlah keluaran):\n\n{}\n{}"};
  return fmt::format(fmt::runtime(text.in(language)),
                     worst ? fmt::format(fmt::runtime(cost.in(language)), worst->name.in(language))
                           : std::string(none.in(language)),
                     table_of(json, kParts[0], language), table_of(json, kParts[1], language),
                     kept_from(json, language));
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  Plot plot;
  plot.title = english ? "Catches that vanish with a weaker check"
                       : "Tangkapan yang hilang pada pemeriksaan yang lebih lemah";
  plot.y_label = english ? "mistakes" : "kesalahan";
  for (const Named& weakening : kWeakenings) plot.categories.emplace_back(weakening.name.in(language));
  for (const Named& part : kParts) {
    Curve curve{std::string(part.name.in(language)), {}, {}};
    for (const Named& weakening : kWeakenings)
      curve.y.push_back(static_cast<double>(vanished(count_of(json, part, weakening))));
    plot.curves.push_back(std::move(curve));
  }
  return {{"weak-checks", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const Named& part : kParts)
    for (const Named& weakening : kWeakenings)
      all.push_back({fmt::format("catches that vanish on {}: {}", part.name.english, weakening.name.english),
                     static_cast<double>(vanished(count_of(json, part, weakening))), "1",
                     Figure::Better::neither});
  return all;
}

}  // namespace weak_checks

Question weak_checks_question() {
  using namespace weak_checks;
  return {"weak-checks",
          {"How many catches vanish with ones upstream, zero initialisation, float32, or without the input "
           "gradient?",
           "Berapa banyak tangkapan hilang dengan gradien hulu serba satu, bobot awal nol, float32, atau "
           "tanpa gradien masukan?"},
          {"Each classic mistake is checked against autograd over three steps, on single layers with a "
           "random gradient from above and on small networks of random weights, in float64, with the "
           "gradient by the inputs; and once more with each of these taken away.",
           "Setiap kesalahan klasik diperiksa terhadap autograd selama tiga langkah, pada satu lapis dengan "
           "gradien hulu acak dan pada jaringan kecil dengan bobot acak, dalam float64, termasuk gradien "
           "terhadap masukan; lalu sekali lagi dengan masing-masing syarat itu dihilangkan."},
          "./twin mutants",
          measure,
          nullptr,
          answer,
          pictures,
          figures};
}

}  // namespace twin::reports
