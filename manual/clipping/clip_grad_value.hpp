// Clipping of each gradient by itself (torch.nn.utils.clip_grad_value_).
//
//   g ← min(max(g, -clip_value), clip_value)      element by element
//
//   The direction of the step turns: large elements are cut, small ones stay. (clip_grad_norm keeps the
//   direction.) NaN stays NaN, as in PyTorch: a network that diverges is seen to.
#pragma once

#include <algorithm>

#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "stems/clipping.hpp"

namespace twin::manual {

template <typename Scalar, typename Parameters>
void clip(const ClipGradValueSpec& spec, Parameters& parameters) {
  const Scalar largest = Scalar(spec.clip_value), smallest = Scalar(-spec.clip_value);
  // Of a NaN, min() and max() return their first argument.
  const auto clipped = [&](const Scalar& g) -> Scalar {
    using std::max;
    using std::min;
    return max(min(g, largest), smallest);
  };
  for_each_parameter(parameters,
                     [&](auto& parameter) { parameter.gradient = parameter.gradient.unaryExpr(clipped); });
}

}  // namespace twin::manual
