#include "manual/losses/kl_div.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(KlDivLoss)
