#include "manual/optim/rmsprop.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Rmsprop)
