#include "manual/layers/dense.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Dense)
