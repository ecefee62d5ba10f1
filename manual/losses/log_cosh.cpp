#include "manual/losses/log_cosh.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(LogCoshLoss)
