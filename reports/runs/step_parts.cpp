#include "reports/runs/step_parts.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "autograd/backend.hpp"
#include "manual/backend.hpp"
#include "reports/runs/benching.hpp"
#include "shared/catalogue.hpp"

namespace twin::reports {

namespace {

Json rows_of(const std::vector<bench::StepParts>& all) {
  Json rows = Json::array();
  for (const bench::StepParts& parts : all) {
    Json row{{"subject", parts.subject},  {"batch", parts.batch},       {"side", parts.backend},
             {"us", parts.us.median},     {"us_lower", parts.us.lower}, {"us_upper", parts.us.upper},
             {"parts_us", Json::object()}};
    for (std::size_t part = 0; part < kStepParts; ++part)
      row["parts_us"][kPartNames[part]] = parts.parts_us[part];
    row["parts_us"][kRest] = parts.rest_us;
    rows.push_back(std::move(row));
  }
  return rows;
}

// The same network without what stands between its products.
bench::Subject without_sigmoids(bench::Subject subject) {
  std::erase_if(subject.spec.layers, [](const LayerSpec& layer) { return stem_of(layer) == "sigmoid"; });
  return subject;
}

}  // namespace

Json run_step_parts(const Measuring& measuring) {
  constexpr std::int64_t kBatch = 32, kTruthTable = 4;
  const BusyThreads busy;
  std::vector<bench::Subject> subjects{{"xor", find_network("xor").spec, kTruthTable}};
  for (bench::Subject& subject :
       bench::width_grid(measuring.quick ? std::vector<std::int64_t>{8, 64, 512}
                                         : std::vector<std::int64_t>{8, 32, 128, 512, 2048},
                         {kBatch}))
    subjects.push_back(std::move(subject));
  const double seconds = measuring.quick ? 0.3 : 2;
  Json rows = rows_of(
      bench::step_parts(subjects, {&manual::backend(), &autograd::control_backend(), &autograd::backend()},
                        DType::float32, seconds, measuring.on_progress));
  std::vector<bench::Subject> bare;
  for (const bench::Subject& subject : subjects)
    if (width_of(subject.name) > 0) bare.push_back(without_sigmoids(subject));
  Json bare_rows = rows_of(bench::step_parts(bare, {&manual::backend()}, DType::float32, seconds,
                                             [](std::int64_t, std::int64_t) {}));
  Json json =
      json_header("step_parts", {{"quick", measuring.quick}, {"dtype", "float32"}}, measuring.threads, busy);
  json["rows"] = std::move(rows);
  json["without_sigmoids"] = std::move(bare_rows);
  return json;
}

const Json& parts_row(const Json& json, std::string_view subject, std::string_view side) {
  const Json& rows = json.at("rows");
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows.at(i).at("subject") == subject && rows.at(i).at("side") == side) return rows.at(i);
  return rows.at(rows.size());
}

const Json* bare_row(const Json& json, std::string_view subject) {
  for (const Json& row : json.at("without_sigmoids"))
    if (row.at("subject") == subject) return &row;
  return nullptr;
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
  if (width == 0) return subject == "xor" ? "XOR" : subject;
  return say(language, "width {}", width);
}

}  // namespace twin::reports
