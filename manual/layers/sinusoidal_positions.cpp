#include "manual/layers/sinusoidal_positions.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(SinusoidalPositions)
