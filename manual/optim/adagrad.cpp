#include "manual/optim/adagrad.hpp"

#include "manual/optimizer.hpp"

TWIN_OPTIMIZER(Adagrad)
