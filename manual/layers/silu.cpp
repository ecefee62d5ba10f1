#include "manual/layers/silu.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Silu)
