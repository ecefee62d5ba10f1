#include "manual/losses/poisson_nll.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(PoissonNllLoss)
