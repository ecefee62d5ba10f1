#include "manual/optim/adamax.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Adamax)
