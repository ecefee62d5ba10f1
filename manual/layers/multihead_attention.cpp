#include "manual/layers/multihead_attention.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(MultiheadAttention)
