// The LibTorch twin, seen from outside.
#pragma once

#include "shared/network.hpp"

namespace twin::autograd {

const Backend& backend();

/// The same networks, two ways apart from what a good user of LibTorch writes: see
/// autograd/variants/tuned.hpp (no momentum: UsageError) and autograd/variants/control.hpp. For benchmarks:
/// they keep the optimiser's state to themselves.
const Backend& tuned_backend();
const Backend& control_backend();

/// Floating-point operations per second of a large square matrix product on the device: what a step there can
/// come near to.
double product_flops(DType dtype, Device device);

}  // namespace twin::autograd
