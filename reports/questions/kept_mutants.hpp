// The last study of mistakes that was kept (twin mutants --json): it takes longer than a report.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>

#include "reports/questions/question.hpp"

namespace twin::reports {

/// The study's JSON. Throws DataError when the file cannot be read or holds something else.
Json read_mutants(const std::filesystem::path& path);

/// Of the study that came with the sources: its header, "baseline" and "counts", and of each mutant its name,
/// its mistake and these fields.
Json kept_mutants(std::initializer_list<const char*> fields);

/// The last paragraph of an answer: where and when the study was made.
std::string kept_from(const Json& study, Language language);

}  // namespace twin::reports
