// The last study of mistakes that was kept (twin mutants --json): it takes longer than a report.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/questions/question.hpp"
#include "reports/runs/mutants/mutant_files.hpp"

namespace twin::reports {

/// The study's JSON. Throws DataError when the file cannot be read or holds something else.
Json read_mutants(const std::filesystem::path& path);

/// A study as the report asks for it: its header, "baseline", and of each mutant that is among `files` what
/// was found of it, each cause of its diagnosis once, and what its file says: "mistake", "right",
/// "framework", "held_out", and "part", what it is a mistake in: "layers", "losses", "optim", "schedules",
/// "clipping", "chain" (what joins them) or "data" (and its order, and the initial weights). One that changes
/// a single file of `source` has a "snippet": {"file", "right", "wrong"}, the lines that it changes and some
/// around them.
Json joined(Json study, const std::vector<Mutant>& files, const std::filesystem::path& source);

/// The study that came with the sources, joined with their mutants.
Json kept_mutants();

/// The last paragraph of an answer: where and when the study was made.
std::string mutants_kept_from(const Json& study, Language language);

}  // namespace twin::reports
