#include "manual/layers/tied_dense.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(TiedDense)
