#include "manual/layers/hardswish.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Hardswish)
