#include "manual/layers/swiglu.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Swiglu)
