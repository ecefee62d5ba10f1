// The LibTorch twin, seen from outside.
#pragma once

#include "shared/network.hpp"

namespace twin::autograd {

const Backend& backend();

/// Two variants of the same networks, for benchmarks. tuned (autograd/variants/tuned.hpp) leaves out what
/// makes LibTorch comfortable; control (autograd/variants/control.hpp) leaves out autograd itself. Each lacks
/// some layers and optimisers: see lacks(). Neither shows the optimiser's state.
const Backend& tuned_backend();
const Backend& control_backend();

/// Floating-point operations per second of a large square matrix product on the device: what a step there can
/// come near to.
double product_flops(DType dtype, Device device);

}  // namespace twin::autograd
