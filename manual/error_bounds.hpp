// Forward-error bounds of a training step, found by running the layers of manual/ on numbers that carry
// their bound.
#pragma once

#include "shared/compare_networks/equivalence.hpp"
#include "shared/network.hpp"

namespace twin::manual {

/// What Network::gradients() and then Network::train_step() compute, or Network::predict(), each element with
/// its bound. The values of `before` and `batch`, of float64 or float32, are taken as exact.
StepErrors step_errors(const NetworkSpec& spec, const NetworkState& before, const Batch& batch,
                       const BoundsOf& what = {});

}  // namespace twin::manual
