#include "manual/layers/geglu.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Geglu)
