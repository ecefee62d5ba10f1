#include "manual/layers/softplus.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Softplus)
