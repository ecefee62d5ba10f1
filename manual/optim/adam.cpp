#include "manual/optim/adam.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Adam)
