// Gaps that are no mistakes, whatever they look like.
//
//   Where sums cancel, two right networks differ by far more than kDiagnosisMatch of the largest value: what
//   is left of such a sum is rounding errors in part, or altogether (the gradient of the bias of a key
//   projection is 0 in exact arithmetic). No mistake predicts them, and whoever looks for one finds what is
//   not there.
#pragma once

#include <string>
#include <vector>

#include "shared/compare_networks/equivalence.hpp"

namespace twin {

/// Whether right networks may differ by this much, as check_equivalence() judges it. Not when there is no
/// bound, or an infinite one: then a mistake may be as large. Throws ShapeError when shapes differ.
bool is_rounding(const Tensor& actual, const Tensor& expected, const std::vector<RunningError>& bounds);

/// Those of that name; none when there are none.
std::vector<RunningError> bounds_of(const NamedErrors& errors, const std::string& name);

}  // namespace twin
