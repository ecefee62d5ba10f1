#include "manual/optim/radam.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Radam)
