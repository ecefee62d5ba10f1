#include "manual/optim/adadelta.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Adadelta)
