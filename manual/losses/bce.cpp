#include "manual/losses/bce.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(BceLoss)
