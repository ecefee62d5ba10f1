#include "manual/losses/cosine_embedding.hpp"

#include "manual/loss.hpp"

TWIN_LOSS(CosineEmbeddingLoss)
