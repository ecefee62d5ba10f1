#include "manual/layers/conv1d.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Conv1d)
