#include "manual/layers/dropout.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Dropout)
