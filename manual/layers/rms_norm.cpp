#include "manual/layers/rms_norm.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(RmsNorm)
