#include "manual/layers/gru.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Gru)
