// Why the twins' trajectories part: what differs in the first step, and in its layers alone.
#pragma once

#include <string>

#include "reports/json.hpp"
#include "reports/page/words.hpp"

namespace twin::reports {

/// Markdown of "first_step", "stems" and "layers" of a run.
std::string drift_reasons(const Json& run, Language language);

}  // namespace twin::reports
