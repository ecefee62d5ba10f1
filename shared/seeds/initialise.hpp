// The weights a network starts from.
#pragma once

#include "shared/seeds/random.hpp"
#include "shared/specs/network_spec.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

/// Every parameter of `spec`, drawn in float64 and rounded to `dtype`, so that networks of both dtypes start
/// from the same point up to that rounding.
NamedTensors initial_parameters(const NetworkSpec& spec, DType dtype, Seed seed);

/// A float64 tensor, uniform in [low, high), rounded to `dtype`.
Tensor uniform_tensor(std::string name, Shape shape, DType dtype, const RandomStream& stream, double low,
                      double high);

}  // namespace twin
