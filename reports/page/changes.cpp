#include "reports/page/changes.hpp"

#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "reports/page/words.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

constexpr const char* kSchema = "twingrad.report/1";
constexpr const char* kRemedy = "name the report.json of an earlier report";
constexpr double kNoise = 0.05;

std::string_view to_string(Figure::Better better) {
  return better == Figure::Better::lower ? "lower" : better == Figure::Better::higher ? "higher" : "neither";
}

Figure::Better better_of(const std::string& name) {
  return name == "lower"    ? Figure::Better::lower
         : name == "higher" ? Figure::Better::higher
                            : Figure::Better::neither;
}

// JSON has no number for what is not finite.
double value_of(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

Figure figure_of(const Json& json) {
  return {json.at("name"), value_of(json.at("value")), json.at("unit"), better_of(json.at("better"))};
}

const Json& figures_of(const Json& question) {
  static const Json none = Json::array();
  return question.contains("figures") ? question.at("figures") : none;
}

// Everything that changes_between() asks for, asked for before the measurement. Throws Json::exception.
void expect_complete(const Json& report) {
  report.at("commit").get<std::string>();
  for (const auto& [id, question] : report.at("questions").get_ref<const Json::object_t&>())
    for (const Json& figure : figures_of(question).get_ref<const Json::array_t&>()) figure_of(figure);
}

// A kernel keeps a little of the memory, some more than others: the machine is the same.
Json comparable(const std::string& field, const Json& value) {
  constexpr double kGiB = 1 << 30;
  return field == "memory_bytes" ? Json(fmt::format("{:.0f} GiB", value.get<double>() / kGiB)) : value;
}

void expect_same(std::string_view what, const Json& before, const Json& now,
                 const std::filesystem::path& path, std::string_view remedy) {
  if (before != now)
    throw DataError(
        fmt::format("does not compare: {} was {} there and is {} here", what, before.dump(), now.dump()),
        path.string(), remedy);
}

bool is_count(double value) { return std::nearbyint(value) == value; }

bool has_changed(double before, const Figure& now) {
  if (std::isnan(before) && std::isnan(now.value)) return false;
  if (now.unit == "1" && is_count(before) && is_count(now.value)) return before != now.value;
  return !(std::abs(now.value - before) <= kNoise * std::abs(before));
}

std::string number(double value, const std::string& unit, Language language) {
  return fmt::format("{}{}", rounded(value, language, 4), unit == "1" || unit.empty() ? "" : " " + unit);
}

Cell judgement(const Change& change, Language language) {
  const double now = change.now.value;
  if (change.now.better == Figure::Better::neither || !std::isfinite(now) || !std::isfinite(change.before))
    return "";
  const bool better = (now < change.before) == (change.now.better == Figure::Better::lower);
  return better ? Cell{say(language, "better"), Colour::good} : Cell{say(language, "worse"), Colour::bad};
}

}  // namespace

std::string json_path(const Question& question) { return fmt::format("data/{}.json", question.id); }

Json report_json(Json header, const std::vector<Measured>& measured) {
  Json questions = Json::object();
  for (const auto& [question, json] : measured) {
    Json& entry = questions[std::string(question.id)] = {{"file", json_path(question)}};
    if (!was_measured(json)) {
      entry["not_measured"] = json.at("not_measured");
      continue;
    }
    entry["figures"] = Json::array();
    if (!question.figures) continue;
    for (const Figure& figure : question.figures(json))
      entry["figures"].push_back({{"name", figure.name},
                                  {"value", figure.value},
                                  {"unit", figure.unit},
                                  {"better", to_string(figure.better)}});
  }
  header["schema"] = kSchema;
  header["questions"] = std::move(questions);
  return header;
}

Json read_report(const std::filesystem::path& path) {
  Json json = Json::parse(read_file(path), nullptr, false);
  if (json.is_discarded()) throw DataError("is no JSON, damaged or half-written", path.string(), kRemedy);
  const std::string schema = json.is_object() && json.contains("schema") && json["schema"].is_string()
                                 ? json["schema"].get<std::string>()
                                 : "none";
  if (schema != kSchema)
    throw DataError(fmt::format("its schema is {}, and not {}", schema, kSchema), path.string(), kRemedy);
  return json;
}

Json read_earlier(const std::filesystem::path& path, const Json& header) {
  const Json json = read_report(path);
  try {
    expect_complete(json);
    for (const auto& [field, value] : header.at("machine").items()) {
      if (field == "gpus" && !json.at("machine").contains(field)) continue;  // nobody asked for them then
      expect_same(field, comparable(field, json.at("machine").at(field)), comparable(field, value), path,
                  "compare reports of one machine and one build");
    }
    expect_same("--threads", json.at("threads").at("requested"), header.at("threads").at("requested"), path,
                "measure with as many threads");
    expect_same("--quick", json.at("options").at("quick"), header.at("options").at("quick"), path,
                "measure as long as then");
  } catch (const Json::exception&) {
    throw DataError("is damaged: something is missing in it", path.string(), kRemedy);
  }
  return json;
}

Changes changes_between(const Json& earlier, const Json& now) {
  Changes changes;
  changes.since = earlier.at("commit");
  const auto find = [](const Json& figures, const Json& name) -> const Json* {
    for (const Json& figure : figures)
      if (figure.at("name") == name) return &figure;
    return nullptr;
  };
  for (const auto& [id, question] : now.at("questions").items()) {
    if (!earlier.at("questions").contains(id)) continue;
    const Json& before = figures_of(earlier.at("questions").at(id));
    const Json& after = figures_of(question);
    for (const Json& figure : after) {
      const Json* old = find(before, figure.at("name"));
      if (!old) {
        ++changes.only_now;
        continue;
      }
      Change change{id, figure_of(figure), value_of(old->at("value"))};
      if (has_changed(change.before, change.now))
        changes.changed.push_back(std::move(change));
      else
        ++changes.unchanged;
    }
    for (const Json& figure : before)
      if (!find(after, figure.at("name"))) ++changes.only_before;
  }
  return changes;
}

std::string changes_text(const Changes& changes, Language language, Medium medium) {
  const std::size_t common = changes.changed.size() + static_cast<std::size_t>(changes.unchanged);
  if (common == 0) return say(language, "The two reports have no figure in common.") + "\n";
  std::string text =
      say(language,
          "{} of the {} figures that both reports hold have changed. A count has changed when it is another, "
          "any "
          "other figure when it moved by more than {:.0f} %. New: {}. Gone: {}.",
          changes.changed.size(), common, 100 * kNoise, changes.only_now, changes.only_before) +
      "\n";
  if (changes.changed.empty()) return text;
  Table table({say(language, "question"), say(language, "figure"), ">" + say(language, "before"),
               ">" + say(language, "now"), ">" + say(language, "ratio"), ""});
  for (const Change& change : changes.changed)
    table.add({change.question, change.now.name, number(change.before, change.now.unit, language),
               number(change.now.value, change.now.unit, language),
               change.before != 0 ? rounded(change.now.value / change.before, language) : "–",
               judgement(change, language)});
  return text + "\n" + (medium == Medium::terminal ? table.terminal() : table.markdown());
}

}  // namespace twin::reports
