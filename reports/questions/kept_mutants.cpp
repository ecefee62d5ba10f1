#include "reports/questions/kept_mutants.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"

namespace twin::reports {

Json read_mutants(const std::filesystem::path& path) {
  constexpr const char* kSchema = "twingrad.mutants/1";
  Json json = Json::parse(read_file(path), nullptr, false);
  if (!json.is_object() || json.value("schema", "") != kSchema)
    throw DataError(fmt::format("is no result of {}", kSchema), path.string(),
                    "write it anew with ./twin mutants --json FILE");
  return json;
}

Json kept_mutants(std::initializer_list<const char*> fields) {
  Json study = read_mutants(std::filesystem::path(TWINGRAD_RESULTS_DIR) / "mutants.json");
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
  const Text text{
      "Not measured in this run: the study takes too long for a report. It was kept from {} minutes of "
      "`./twin mutants` at commit {}{}, on {} with {} processors.",
      "Tidak diukur dalam laporan ini: studinya terlalu lama untuk sebuah laporan. Hasilnya disimpan dari {} "
      "menit `./twin mutants` pada commit {}{}, di {} dengan {} prosesor."};
  const Text on{" on {}", " tanggal {}"};
  const Json& machine = study.at("machine");
  return fmt::format(
      fmt::runtime(text.in(language)), fmt::format("{:.0f}", study.at("seconds").get<double>() / 60),
      study.at("commit").get<std::string>(),
      study.contains("date") ? fmt::format(fmt::runtime(on.in(language)), study.at("date").get<std::string>())
                             : "",
      machine.at("processor").get<std::string>(), machine.at("processors").get<int>());
}

}  // namespace twin::reports
