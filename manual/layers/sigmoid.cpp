#include "manual/layers/sigmoid.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Sigmoid)
