#include "manual/layers/residual.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Residual)
