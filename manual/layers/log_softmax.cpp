#include "manual/layers/log_softmax.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(LogSoftmax)
