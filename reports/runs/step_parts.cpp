#include "reports/runs/step_parts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "autograd/backend.hpp"
#include "manual/backend.hpp"
#include "reports/runs/benching.hpp"
#include "shared/catalogue.hpp"

namespace twin::reports {

namespace {

Json measure(const Measuring& measuring) {
  constexpr std::int64_t kBatch = 32, kTruthTable = 4;
  const BusyThreads busy;
  std::vector<bench::Subject> subjects{{"xor", find_network("xor").spec, kTruthTable}};
  for (bench::Subject& subject :
       bench::width_grid(measuring.quick ? std::vector<std::int64_t>{8, 64, 512}
                                         : std::vector<std::int64_t>{8, 32, 128, 512, 2048},
                         {kBatch}))
    subjects.push_back(std::move(subject));
  const std::vector<bench::StepParts> all =
      bench::step_parts(subjects, {&manual::backend(), &autograd::control_backend(), &autograd::backend()},
                        DType::float32, measuring.quick ? 0.3 : 2, measuring.on_progress);
  Json rows = Json::array();
  for (const bench::StepParts& parts : all) {
    Json row{{"subject", parts.subject},  {"batch", parts.batch},       {"side", parts.backend},
             {"us", parts.us.median},     {"us_lower", parts.us.lower}, {"us_upper", parts.us.upper},
             {"parts_us", Json::object()}};
    for (std::size_t part = 0; part < kStepParts; ++part)
      row["parts_us"][kPartNames[part]] = parts.parts_us[part];
    rows.push_back(std::move(row));
  }
  Json json =
      json_header("step_parts", {{"quick", measuring.quick}, {"dtype", "float32"}}, measuring.threads, busy);
  json["rows"] = std::move(rows);
  return json;
}

}  // namespace

const Json& run_step_parts(const Measuring& measuring) {
  static std::map<std::pair<bool, int>, Json> measured;
  const std::pair settings{measuring.quick, measuring.threads};
  auto found = measured.find(settings);
  if (found == measured.end()) found = measured.emplace(settings, measure(measuring)).first;
  return found->second;
}

const Json& parts_row(const Json& json, std::string_view subject, std::string_view side) {
  const Json& rows = json.at("rows");
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows.at(i).at("subject") == subject && rows.at(i).at("side") == side) return rows.at(i);
  return rows.at(rows.size());
}

std::vector<std::string> parts_subjects(const Json& json) {
  std::vector<std::string> subjects;
  for (const Json& row : json.at("rows"))
    if (std::find(subjects.begin(), subjects.end(), row.at("subject").get<std::string>()) == subjects.end())
      subjects.push_back(row.at("subject"));
  return subjects;
}

std::string subject_words(const std::string& subject, Language language) {
  const std::int64_t width = width_of(subject);
  if (width == 0) return subject;
  return fmt::format("{} {}", language == Language::english ? "width" : "lebar", width);
}

}  // namespace twin::reports
