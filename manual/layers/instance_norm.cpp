#include "manual/layers/instance_norm.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(InstanceNorm)
