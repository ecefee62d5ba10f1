// The largest of each window of a picture (torch.nn.MaxPool2d).
#pragma once

#include <optional>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/sliding_window.hpp"

namespace twin {

struct Example;

/// x: N×C×H×W, y: N×C×H'×W'. Padding is of nothing: it is never the largest. Of several that are equal, the
/// first in the window is taken, row by row.
struct MaxPool2dSpec {
  Pair kernel_size = {2, 2};
  std::optional<Pair> stride = {};  // that of the kernel's size unless given
  Pair padding = {0, 0};            // up to half of the kernel's size
  Pair dilation = {1, 1};
  bool operator==(const MaxPool2dSpec&) const = default;

  SlidingWindow2d windows() const;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
