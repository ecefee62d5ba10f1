#include "manual/optim/rprop.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Rprop)
