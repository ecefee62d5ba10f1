#include "manual/losses/ctc.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(CtcLoss)
