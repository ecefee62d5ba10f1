// Where a training step goes wrong first.
//
//   Both networks list every value of a step in the order of its computation. Up to the first that differs
//   everything is right, also what flows back into the layer that computes it: so the mistake is in that
//   layer, and the wrong value is what one of the layer's mistakes (shared/layers/<stem>_mistakes.cpp) or a
//   mark in the numbers alone (shared/compare/marks.hpp) predicts.
#pragma once

#include <functional>
#include <vector>

#include "shared/compare_networks/equivalence.hpp"
#include "shared/compare_networks/suspect.hpp"
#include "shared/compare_networks/traced_step.hpp"

namespace twin {

/// `entry` of right.trace(), in place of which manual has `actual`; everything before it is right.
Suspect suspect_at(const TracedStep& right, const TraceEntry& entry, const Tensor& actual);

/// The first value that differs from right.trace(), and the gradients of parameters that differ after it; not
/// the parameters after the step, which suspects_in_updates() looks at. `manual`: trace_with_buffers() of the
/// same step. `bounds`: of its values, asked for once something differs; what may be rounding
/// (shared/compare_networks/rounding.hpp) does not.
std::vector<Suspect> suspects_in_step(const TracedStep& right, const Trace& manual,
                                      const std::function<TracedErrors()>& bounds);

}  // namespace twin
