#include "manual/layers/adaptive_avg_pool2d.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(AdaptiveAvgPool2d)
