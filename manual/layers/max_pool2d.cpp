#include "manual/layers/max_pool2d.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(MaxPool2d)
