#include "manual/losses/huber.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(HuberLoss)
