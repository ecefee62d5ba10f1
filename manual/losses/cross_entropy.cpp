#include "manual/losses/cross_entropy.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(CrossEntropyLoss)
