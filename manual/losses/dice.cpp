#include "manual/losses/dice.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(DiceLoss)
