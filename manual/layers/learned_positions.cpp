#include "manual/layers/learned_positions.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(LearnedPositions)
