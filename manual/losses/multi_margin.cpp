#include "manual/losses/multi_margin.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(MultiMarginLoss)
