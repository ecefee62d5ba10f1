#include "manual/losses/gaussian_nll.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(GaussianNllLoss)
