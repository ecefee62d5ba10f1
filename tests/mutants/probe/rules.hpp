// What the rules of other projects, and this project's own, make of a mutant's gradients.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "shared/compare_networks/equivalence.hpp"

namespace twin::mutants {

/// {"situations": [{"situation", "scale", "changes", "changes_loss", "rules": {NAME: {"right", "mutant",
/// "zeros", "nan"}}}]}: of each network of weak_situations() that has few
/// gradients (or the fewest of its name) and each scale of the error from above (1;
/// 1e-2 and 1e-4 as well, where the targets of the inner-product loss are that error) whether the
/// hand-written twin changes a gradient or the loss, by more than rounding, and what each rule lets through:
/// autograd's gradients, the hand-written twin's (where it changes one), zeros, and NaN. The rules are
/// other_rules() and "twingrad", the comparison with autograd in float64. A rule is missing where it has
/// nothing to look at: no gradient, or none but zeros. Precondition: there is an autograd twin.
nlohmann::ordered_json try_other_rules(const Twins& twins, const std::vector<std::string>& names);

}  // namespace twin::mutants
