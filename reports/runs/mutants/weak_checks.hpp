// What a check against autograd loses when it is weakened in the ways that people weaken theirs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/json.hpp"

namespace twin::reports {

/// One way to check less closely, and the step by which the check notices something: whole, on the same
/// networks, and weakened. Empty where it does not.
struct WeakCheck {
  std::string weakening;  // "ones_upstream", "zero_weights", "float32", "no_input_gradient"
  bool alone = false;     // on single layers; otherwise on whole networks
  std::optional<int> full, weak;
};

/// From what the probe says of each network: [{"alone", "full", "weak": {"float32": …}}], a step, or 0 where
/// nothing was noticed. The earliest step of all networks that a weakening can be tried on.
std::vector<WeakCheck> weak_checks_of(const Json& situations);

/// {"layer": {"float32": {"full", "weak"}, …}, "network": {…}}; null where there is none.
Json json_of(const std::vector<WeakCheck>& checks);

/// The mutant that the checks were tried on.
struct WeaklyChecked {
  std::string name;
  std::vector<WeakCheck> checks;
};

/// {"layer": {"float32": {"caught": …, "later": […], "vanished": […]}, …}, "network": {…}}: how many the
/// whole check catches, and the names of those that the weakened one catches at a later step, or not at all.
Json weak_counts(const std::vector<WeaklyChecked>& mutants);

}  // namespace twin::reports
