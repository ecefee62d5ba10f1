#include "manual/layers/tanh.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Tanh)
