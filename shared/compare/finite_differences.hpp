// Central finite differences in float64, the oracle that shares no formula with either backward pass.
//
//   D(h)   = (L(θ + h·v) - L(θ - h·v)) / 2h            error O(h²)
//   R(h)   = (4·D(h/2) - D(h)) / 3                     error O(h⁴) (Richardson 1911)
//   result = R(h/2), its error estimated as |R(h/2) - R(h)| plus the rounding of the losses over the last
//   step
#pragma once

#include <vector>

#include "shared/compare/verdict.hpp"
#include "shared/network.hpp"
#include "shared/seeds/random.hpp"

namespace twin {

struct FiniteDifferenceOptions {
  double step = 0x1p-9;      // h; weights and inputs are of the order of 1
  std::int64_t entries = 8;  // looked at one by one in each tensor (all, when it has no more than twice that)
  std::int64_t directions = 2;  // random directions ±1/√n through all entries of a larger tensor
  Seed seed = 1;
};

/// Judges network.gradients(batch) by differences of network.loss(), tensor by tensor, the input last.
/// `loss_magnitude` bounds the rounding of the loss. Leaves the parameters as they were. The network computes
/// in float64.
std::vector<CheckRow> judge_by_finite_differences(Network& network, std::string_view twin, const Batch& batch,
                                                  const Magnitude& loss_magnitude,
                                                  const FiniteDifferenceOptions& options = {});

}  // namespace twin
