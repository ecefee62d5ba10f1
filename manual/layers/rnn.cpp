#include "manual/layers/rnn.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(Rnn)
