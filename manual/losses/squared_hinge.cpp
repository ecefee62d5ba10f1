#include "manual/losses/squared_hinge.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(SquaredHingeLoss)
