#include "manual/layers/gelu.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Gelu)
