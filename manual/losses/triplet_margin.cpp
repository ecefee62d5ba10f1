#include "manual/losses/triplet_margin.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(TripletMarginLoss)
