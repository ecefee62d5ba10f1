#include "manual/layers/softmax.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Softmax)
