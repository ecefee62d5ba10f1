#include "manual/losses/smooth_l1.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(SmoothL1Loss)
