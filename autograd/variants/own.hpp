// What the variants for benchmarks hand to a stem.
#pragma once

#include <torch/types.h>
#include <vector>

namespace twin::autograd {

/// The parameters of one layer, or their gradients, in the order of the specification.
using Own = std::vector<torch::Tensor>;

}  // namespace twin::autograd
