// What is known of each stem by itself: whether its gradients are right, how long a step takes, how many
// lines it takes, and who notices its classic mistakes.
#pragma once

#include "reports/questions/question.hpp"

namespace twin::reports {

/// {"stems": […], "notes": …}. Of each stem:
///
///   "stem", "kind"       "conv2d", "layers"
///   "examples", "tests"  how many; tests are those of its own file, beside those that all stems share
///   "passed", "failed", "unchecked", "kinks"
///                        checks of its examples, in both precisions
///   "share"              {"float64": 0.07, "float32": 0.4}: the largest gap to autograd, of its bound
///   "speed"              [{"example", "batch", "us", "ratio", "low", "high"}]: the time of a step with
///                        autograd over that by hand, with its 95 % interval; one thread, float32
///   "lines"              {"manual", "autograd"}: of code; null where a side has none
///   "mutants"            [{"name", "mistake", "right", "held_out", "caught", "diagnosed"}]; the last two are
///                        null where the kept study does not hold the mutant
///   "formulas", "manual", "autograd"
///                        the comment at the head of the hand-written file; the code of both
///
/// A quick measurement looks at one example of each stem.
Json stem_facts(const Measuring& measuring);

}  // namespace twin::reports
