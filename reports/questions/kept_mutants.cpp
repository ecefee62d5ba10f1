#include "reports/questions/kept_mutants.hpp"

#include "reports/questions/kept.hpp"

namespace twin::reports {
namespace {

constexpr const char* kCommand = "./twin mutants";

}  // namespace

Json read_mutants(const std::filesystem::path& path) {
  return read_kept(path, "twingrad.mutants/1", kCommand);
}

Json kept_mutants(std::initializer_list<const char*> fields) {
  Json study = read_mutants(kept_file("mutants.json"));
  for (Json& mutant : study.at("mutants")) {
    Json slim{{"name", mutant.at("name")}, {"mistake", mutant.at("mistake")}};
    for (const char* field : fields)
      if (mutant.contains(field)) slim[field] = mutant.at(field);
    mutant = std::move(slim);
  }
  study.at("options").erase("mutants");
  return study;
}

std::string kept_from(const Json& study, Language language) {
  return kept_from(study,
                   {"the study takes too long for a report", "studinya terlalu lama untuk sebuah laporan"},
                   kCommand, language);
}

}  // namespace twin::reports
