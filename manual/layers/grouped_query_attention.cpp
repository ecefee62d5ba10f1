#include "manual/layers/grouped_query_attention.hpp"

#include "manual/layer_unit.hpp"

TWIN_LAYER(GroupedQueryAttention)
