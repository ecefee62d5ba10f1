#include "manual/layers/conv_transpose2d.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(ConvTranspose2d)
