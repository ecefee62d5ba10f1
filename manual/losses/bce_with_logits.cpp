#include "manual/losses/bce_with_logits.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(BceWithLogitsLoss)
