#include "manual/losses/nll.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(NllLoss)
