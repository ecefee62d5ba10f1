#include "manual/layers/self_attention.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(SelfAttention)
