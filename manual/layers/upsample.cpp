#include "manual/layers/upsample.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Upsample)
