#include "manual/layers/conv2d.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Conv2d)
