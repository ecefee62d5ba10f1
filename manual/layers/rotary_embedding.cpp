#include "manual/layers/rotary_embedding.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(RotaryEmbedding)
