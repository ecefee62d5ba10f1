#include "manual/layers/leaky_relu.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(LeakyRelu)
