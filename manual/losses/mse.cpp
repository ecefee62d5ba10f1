#include "manual/losses/mse.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(MseLoss)
