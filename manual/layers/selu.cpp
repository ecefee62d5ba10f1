#include "manual/layers/selu.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Selu)
