#include "manual/losses/focal.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(FocalLoss)
