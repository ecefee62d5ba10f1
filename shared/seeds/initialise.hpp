// The weights a network starts from.
#pragma once

#include "shared/seeds/random.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/network_spec.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

/// Every parameter of `spec`, drawn in float64 and rounded to `dtype`, so that networks of both dtypes start
/// from the same point up to that rounding.
NamedTensors initial_parameters(const NetworkSpec& spec, DType dtype, Seed seed);

/// Of the example's network; integers in -3 … 3 where it draws integers.
NamedTensors initial_parameters(const Example& example, DType dtype, Seed seed);
/// Numbers in ±1 as integers in -3 … 3, whose sums of products are exact in any order. Integers (int64) stay
/// as they are.
Tensor rounded_to_integers(const Tensor& tensor);
NamedTensors rounded_to_integers(const NamedTensors& tensors);

/// A float64 tensor, uniform in [low, high), rounded to `dtype`.
Tensor uniform_tensor(std::string name, Shape shape, DType dtype, const RandomStream& stream, double low,
                      double high);

}  // namespace twin
