#include "manual/layers/avg_pool2d.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(AvgPool2d)
