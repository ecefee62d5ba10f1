#include "manual/losses/hinge.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(HingeLoss)
