// What a report says, in one language, out of what was measured.
#pragma once

#include <optional>
#include <vector>

#include "reports/page/changes.hpp"
#include "reports/page/page.hpp"

namespace twin::reports {

/// The verdict of the first five questions that have one, the changes (nullopt: not asked for), one section
/// for each question, and at the foot the machine, out of the json_header() of the whole run. Draws the
/// pictures. Throws MachineError.
Contents contents_of(const std::vector<Measured>& measured, const Json& header,
                     const std::optional<Changes>& changes, Language language);

/// The sentences at the head of the report, at most five.
std::vector<std::string> verdict_of(const std::vector<Measured>& measured, Language language);

}  // namespace twin::reports
