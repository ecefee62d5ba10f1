#include "manual/losses/inner_product.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(InnerProductLoss)
