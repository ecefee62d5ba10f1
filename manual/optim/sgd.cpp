#include "manual/optim/sgd.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Sgd)
