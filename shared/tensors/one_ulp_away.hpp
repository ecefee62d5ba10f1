// The smallest change that a tensor can have.
#pragma once

#include "shared/tensors/tensor.hpp"

namespace twin {

/// Every value replaced by the next larger one of its dtype (float32 or float64).
NamedTensors one_ulp_away(NamedTensors tensors);

}  // namespace twin
