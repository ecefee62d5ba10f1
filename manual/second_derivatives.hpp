// Second derivatives by hand: the backward pass, differentiated along a direction.
#pragma once

#include "shared/network.hpp"

namespace twin::manual {

/// H·v: the derivative of the gradient of the loss along `direction`, a tensor for each parameter. All of
/// float64. Precondition: the batch fits `spec`. Throws UsageError, naming it, for a layer or a loss that has
/// no second derivatives by hand, ShapeError when `direction` does not fit the parameters.
NamedTensors hessian_vector_product(const NetworkSpec& spec, const NamedTensors& parameters,
                                    const Batch& batch, const NamedTensors& direction);

}  // namespace twin::manual
