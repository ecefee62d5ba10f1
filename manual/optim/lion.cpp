#include "manual/optim/lion.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Lion)
