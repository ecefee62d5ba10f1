#include "manual/optim/adamw.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Adamw)
