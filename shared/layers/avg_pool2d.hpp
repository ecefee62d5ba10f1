// The mean of each window of a picture (torch.nn.AvgPool2d).
#pragma once

#include <optional>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/sliding_window.hpp"

namespace twin {

struct Example;

/// x: N×C×H×W, y: N×C×H'×W'. Padding is of zeros, which count among the elements of a window unless
/// count_include_pad is false.
struct AvgPool2dSpec {
  Pair kernel_size = {2, 2};
  std::optional<Pair> stride = {};  // that of the kernel's size unless given
  Pair padding = {0, 0};            // up to half of the kernel's size
  bool count_include_pad = true;
  std::optional<std::int64_t> divisor_override = {};  // of every sum, instead of the number of elements
  bool operator==(const AvgPool2dSpec&) const = default;

  SlidingWindow2d windows() const;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
