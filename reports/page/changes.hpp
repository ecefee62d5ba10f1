// A report as JSON, and what has changed since an earlier one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/questions/question.hpp"

namespace twin::reports {

/// A question and the JSON of its measurement.
struct Measured {
  Question question;
  Json json;
};

/// Where the numbers of a question lie, beside the page: "data/speed.json".
std::string json_path(const Question& question);

/// {"schema": "twingrad.report/1", …, "questions": {id: {"file": "data/<id>.json", "figures": [{"name",
/// "value", "unit", "better"}]}}}; {"file", "not_measured"} where there are none. `header` is the
/// json_header() of the run.
Json report_json(Json header, const std::vector<Measured>& measured);

/// A report.json, of any machine. Throws DataError when the file is missing, damaged or something else.
Json read_report(const std::filesystem::path& path);

/// Reads the report.json of an earlier run. Throws DataError when it is damaged, half-written or of another
/// schema, or when its figures do not compare with those of a run with this `header`: another machine,
/// another number of threads, a --quick run on one side alone.
Json read_earlier(const std::filesystem::path& path, const Json& header);

struct Change {
  std::string question;  // its id
  Figure now;
  double before;
};

struct Changes {
  std::string since;            // the commit of the earlier report
  std::vector<Change> changed;  // in the order of the report
  int unchanged = 0;
  int only_now = 0, only_before = 0;  // figures of one side alone, in the questions that both have
};

/// Of the figures that both reports have. A timing varies from run to run: what changed by less than 5 % has
/// not changed, unless it is a count.
Changes changes_between(const Json& earlier, const Json& now);

enum class Medium { terminal, markdown };

/// A sentence and, where something has changed, a table: before, now, their ratio, better or worse.
std::string changes_text(const Changes& changes, Language language, Medium medium);

}  // namespace twin::reports
