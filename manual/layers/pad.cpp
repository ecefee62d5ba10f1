#include "manual/layers/pad.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Pad)
