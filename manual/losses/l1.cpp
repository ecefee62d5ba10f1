#include "manual/losses/l1.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(L1Loss)
