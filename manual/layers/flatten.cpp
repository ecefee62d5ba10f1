#include "manual/layers/flatten.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Flatten)
