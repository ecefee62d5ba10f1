#include "manual/layers/relu.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Relu)
