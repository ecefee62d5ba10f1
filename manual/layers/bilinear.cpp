#include "manual/layers/bilinear.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Bilinear)
