#include "manual/layers/variational_bottleneck.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(VariationalBottleneck)
