// The LibTorch twin, seen from outside.
#pragma once

#include "shared/network.hpp"

namespace twin::autograd {

const Backend& backend();

/// The same networks, two ways apart from what a good user of LibTorch writes: see autograd/tuned.hpp (no
/// momentum: UsageError) and autograd/control.hpp. For benchmarks: they keep the optimiser's state to
/// themselves.
const Backend& tuned_backend();
const Backend& control_backend();

}  // namespace twin::autograd
