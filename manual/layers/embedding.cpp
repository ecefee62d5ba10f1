#include "manual/layers/embedding.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Embedding)
