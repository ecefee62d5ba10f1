#include "manual/layers/layer_norm.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(LayerNorm)
