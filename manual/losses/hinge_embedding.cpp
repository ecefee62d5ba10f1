#include "manual/losses/hinge_embedding.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(HingeEmbeddingLoss)
