#include "manual/losses/negative_elbo.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(NegativeElboLoss)
