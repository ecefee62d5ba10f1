// The multilayer perceptron, of any widths: most networks of the catalogue, and those that benchmarks grow in
// width and depth.
#pragma once

#include <cstdint>
#include <vector>

#include "shared/specs/network_spec.hpp"

namespace twin {

/// What follows a dense layer.
using MlpActivation = SigmoidSpec;

/// Dense layers of the given widths with a sigmoid after each; the last sigmoid is left out when `loss` takes
/// logits. Layers are named hidden1, hidden1_sigmoid, … (without a number when there is one hidden layer),
/// output, output_sigmoid. Throws ShapeError unless there are two widths or more, all above 0.
NetworkSpec mlp(const std::vector<std::int64_t>& widths, LossSpec loss, OptimizerSpec optimizer,
                InitialiserSpec initialiser);

}  // namespace twin
