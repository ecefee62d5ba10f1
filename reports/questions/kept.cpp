#include "reports/questions/kept.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"

namespace twin::reports {

std::filesystem::path kept_file(std::string_view name) {
  return std::filesystem::path(TWINGRAD_RESULTS_DIR) / name;
}

Json read_kept(const std::filesystem::path& path, std::string_view schema, std::string_view command) {
  Json json = Json::parse(read_file(path), nullptr, false);
  if (!json.is_object() || json.value("schema", "") != schema)
    throw DataError(fmt::format("is no result of {}", schema), path.string(),
                    fmt::format("write it anew with {} --json FILE", command));
  return json;
}

std::string kept_from(const Json& result, const Text& why, std::string_view command, Language language) {
  const Text text{
      "Not measured in this run: {}. It was kept from {} minutes of `{}` at commit {}{}, on {} with {} "
      "processors{}{}.",
      "Tidak diukur dalam laporan ini: {}. Hasilnya disimpan dari {} menit `{}` pada commit {}{}, di {} "
      "dengan {} prosesor{}{}."};
  const Text on{" on {}", " tanggal {}"}, gpus{" and {}", " dan {}"}, library{", by {}", ", dengan {}"};
  const auto filled = [&](const Text& part, const std::string& value) {
    return fmt::format(fmt::runtime(part.in(language)), value);
  };
  const Json& machine = result.at("machine");
  const auto models = machine.value("gpus", std::vector<std::string>{});
  return fmt::format(
      fmt::runtime(text.in(language)), why.in(language),
      fmt::format("{:.0f}", result.at("seconds").get<double>() / 60), command,
      result.at("commit").get<std::string>(), result.contains("date") ? filled(on, result.at("date")) : "",
      machine.at("processor").get<std::string>(), machine.at("processors").get<int>(),
      models.empty() ? "" : filled(gpus, fmt::format("{}", fmt::join(models, ", "))),
      result.contains("backends") ? filled(library, result.at("backends").at("autograd")) : "");
}

}  // namespace twin::reports
