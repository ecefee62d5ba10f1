// Central finite differences in float64, the oracle that shares no formula with any backward pass.
//
//   D(h)    = (L(θ + h·v) - L(θ - h·v)) / 2h                         error O(h²)
//   T(i, j) = T(i, j-1) + (T(i, j-1) - T(i-1, j-1)) / (16ʲ - 1)      T(i, 0) = D(h / 4ⁱ): Richardson 1911,
//                                                                    in Neville's tableau
//
//   Each entry's error is estimated by its distance from the two it was made of (Ridders 1982, "Accurate
//   computation of F'(x) and F'(x)F''(x)"), plus the rounding of the losses over the step. The result is the
//   entry with the smallest: each parameter gets the step that suits it. The sweep goes on to smaller steps
//   until the result is sharp, or rounding alone exceeds its error.
//
//   A kink (ReLU at 0, two maxima in a pool) has no derivative: the slopes on its two sides differ however
//   small the step, where those of a smooth loss meet as h → 0. It is reported, and fails only when the
//   gradient is not between the two slopes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/compare/verdict.hpp"
#include "shared/seeds/random.hpp"

namespace twin {

/// A loss as a function of named float64 tensors: parameters, inputs, whatever has a gradient.
using LossFunction = std::function<double(const NamedTensors& point)>;

struct FiniteDifferenceOptions {
  double step = 0x1p-3;      // the largest h; parameters and inputs are of the order of 1
  std::int64_t entries = 8;  // looked at one by one in each tensor (all, when it has no more than twice that)
  std::int64_t directions = 2;  // random directions ±1/√n through all entries of a larger tensor
  Seed seed = 1;
  double loss_rounding = 0;  // by how much a computed loss may be off; 0: its noise is measured
  /// Entries of a tensor that are not looked at, because no derivative is their gradient; empty: none.
  std::function<bool(const std::string& tensor, std::size_t entry)> leaves_out = {};
};

/// Judges `gradients` at `point`, tensor by tensor, by differences of the loss: one row each, of the quantity
/// "gradient". Throws ShapeError unless every gradient has its tensor in `point`, of its shape, and all are
/// of float64; NumericError when the loss at `point` is not finite.
std::vector<CheckRow> judge_by_finite_differences(const LossFunction& loss, const NamedTensors& point,
                                                  const NamedTensors& gradients, std::string_view twin,
                                                  const FiniteDifferenceOptions& options = {});

}  // namespace twin
