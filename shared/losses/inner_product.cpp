#include "shared/losses/inner_product.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> InnerProductLossSpec::examples() {
  return {loss_example("odd", InnerProductLossSpec{}, {7, 3}),
          loss_example("one_element", InnerProductLossSpec{}, {1, 1}),
          loss_example("several_hundred_rows", InnerProductLossSpec{}, {317, 5}),
          loss_example("wide", InnerProductLossSpec{}, {3, 131}),
          loss_example("huge", InnerProductLossSpec{}, {5, 3}, 1e12),
          loss_example("tiny", InnerProductLossSpec{}, {5, 3}, 1e-12)};
}

}  // namespace twin
