#include "manual/layers/lstm.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Lstm)
