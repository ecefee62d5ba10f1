// Forward-error bounds of a training step, found by running the hand-written layers on numbers that carry
// their bound.
#pragma once

#include <string>
#include <vector>

#include "shared/compare/magnitude.hpp"
#include "shared/network.hpp"

namespace twin::manual {

struct GradientMagnitudes {
  Magnitude loss;
  std::vector<std::pair<std::string, std::vector<Magnitude>>>
      parameters;  // in the order of parameters_of(spec)
  std::vector<Magnitude> input;
};

/// The quantities of Network::gradients(), with the depth and magnitude of each element. `parameters` and
/// `batch` are of float64 or float32: their values are taken as exact.
GradientMagnitudes gradient_magnitudes(const NetworkSpec& spec, const NamedTensors& parameters,
                                       const Batch& batch);

}  // namespace twin::manual
