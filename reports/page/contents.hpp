// What a report says, in one language, out of what was measured.
#pragma once

#include <optional>
#include <vector>

#include "reports/page/changes.hpp"
#include "reports/page/page.hpp"

namespace twin::reports {

/// The first screen, the changes (nullopt: not asked for), a section for each question that was measured,
/// those of the appendix after the others; what was not measured, folded away; the glossary; and at the foot
/// the machine, out of the json_header() of the whole run. Draws the pictures. Throws MachineError.
Contents contents_of(const std::vector<Measured>& measured, const Json& header,
                     const std::optional<Changes>& changes, Language language);

/// For the terminal: the answer in short, or the verdict of each question where none says when to move; and
/// which questions were not measured, and why.
std::string answer_text(const Contents& contents, const std::vector<Measured>& measured);

}  // namespace twin::reports
