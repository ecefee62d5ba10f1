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

std::string kept_from(const Json& result, Text why, std::string_view command, Language language) {
  const Json& machine = result.at("machine");
  const auto models = machine.value("gpus", std::vector<std::string>{});
  const std::string when =
      result.contains("date") ? say(language, " of {}", result.at("date").get<std::string>()) : "";
  const std::string gpus =
      models.empty() ? "" : say(language, " and {}", fmt::format("{}", fmt::join(models, ", ")));
  const std::string library =
      result.contains("backends")
          ? say(language, ", with {}", result.at("backends").at("autograd").get<std::string>())
          : "";
  return say(language,
             "This was not measured in this run, because {}. The numbers come from an earlier run of `{}`, "
             "which took {:.0Lf} minutes (commit {}{}), on {} with {} processors{}{}.",
             why.in(language), command, result.at("seconds").get<double>() / 60,
             result.at("commit").get<std::string>(), when, machine.at("processor").get<std::string>(),
             machine.at("processors").get<int>(), gpus, library);
}

}  // namespace twin::reports
