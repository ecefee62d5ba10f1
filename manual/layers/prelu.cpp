#include "manual/layers/prelu.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Prelu)
