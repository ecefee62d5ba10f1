// Several extents read as one (torch.nn.Flatten).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

struct Example;

/// The extents from start_dim up to end_dim, both included, become one; negative ones count from the last.
struct FlattenSpec {
  std::int64_t start_dim = 1;
  std::int64_t end_dim = -1;
  bool operator==(const FlattenSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
