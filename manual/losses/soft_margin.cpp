#include "manual/losses/soft_margin.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(SoftMarginLoss)
