#include "manual/layers/group_norm.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(GroupNorm)
