#include "manual/losses/multi_label_soft_margin.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(MultiLabelSoftMarginLoss)
