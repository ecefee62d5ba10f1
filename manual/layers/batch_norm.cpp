#include "manual/layers/batch_norm.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(BatchNorm)
