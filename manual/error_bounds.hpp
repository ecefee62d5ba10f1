// Forward-error bounds of a training step, found by running the hand-written layers on numbers that carry
// their bound.
#pragma once

#include "shared/network.hpp"
#include "shared/compare_networks/equivalence.hpp"

namespace twin::manual {

/// What Network::gradients() and then Network::train_step() compute, with the depth and error of each
/// element. `parameters`, `optimizer_state` (empty for a first step) and `batch` are of float64 or float32;
/// their values are taken as exact.
StepErrors step_errors(const NetworkSpec& spec, const NamedTensors& parameters,
                               const NamedTensors& optimizer_state, const Batch& batch);

}  // namespace twin::manual
