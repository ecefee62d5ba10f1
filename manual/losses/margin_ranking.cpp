#include "manual/losses/margin_ranking.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(MarginRankingLoss)
