#include "manual/losses/multi_label_margin.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(MultiLabelMarginLoss)
