// What the rules of other projects let through (shared/compare/other_rules.hpp), counted.
#pragma once

#include "reports/json.hpp"

namespace twin::reports {

/// Of a mutant, from what the probe says of each network (tests/mutants/probe/rules.hpp): {"1":
/// {"changes_loss", "let_through": […], "noticed": […]}, "0.01": …}, the scales at which it changes a
/// gradient of some network. A rule lets it through when it does so on every network where a gradient is
/// changed. Those that refuse the right gradients of a network are not asked there.
Json mutant_by_rules(const Json& situations);

/// Of what no mutant touches: {"1": {"llm.c": {"networks", "refused", "zeros", "nan"}, …}, "0.01": …}: on how
/// many networks the rule had something to look at, refused the right gradients, and, of the others, let
/// through zeros and NaN.
Json right_by_rules(const Json& situations);

}  // namespace twin::reports
