#include "manual/layers/elu.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Elu)
