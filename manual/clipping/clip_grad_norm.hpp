// Clipping of all gradients by their common norm (torch.nn.utils.clip_grad_norm_; Pascanu, Mikolov, Bengio
// 2013, alg. 1).
//
//   ‖g‖ = sqrt(sum of the squares of every gradient of every parameter)
//   g   ← g·max_norm / (‖g‖ + 1e-6)     where that factor is below 1
//
//   One factor for all: clipping each tensor by itself would turn the direction of the step.
#pragma once

#include <cmath>

#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/compare/decisions.hpp"
#include "stems/clipping.hpp"

namespace twin::manual {

template <typename Scalar, typename Parameters>
void clip(const ClipGradNormSpec& spec, Parameters& parameters) {
  using std::sqrt;
  Wider<Scalar> squares(0);
  for_each_parameter(parameters, [&](const auto& parameter) {
    squares += Wider<Scalar>(parameter.gradient.template cast<Wider<Scalar>>().squaredNorm());
  });
  const Scalar factor = Scalar(spec.max_norm) / (Scalar(sqrt(squares)) + Scalar(1e-6));
  if (!decide_above(Scalar(1), factor)) return;
  for_each_parameter(parameters, [&](auto& parameter) { parameter.gradient *= factor; });
}

}  // namespace twin::manual
