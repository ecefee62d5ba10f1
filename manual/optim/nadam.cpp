#include "manual/optim/nadam.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Nadam)
