// Specification of the convolution of pictures (torch.nn.Conv2d).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"
#include "shared/specs/sliding_window.hpp"

namespace twin {

struct Example;

/// x: N×C×H×W, weight: O×(C/groups)×(kernel_size), y: N×O×H'×W'. Each group of output channels sees its own
/// group of input channels alone. Padding is of zeros.
struct Conv2dSpec {
  std::int64_t in_channels = 1;
  std::int64_t out_channels = 1;
  Pair kernel_size = {1, 1};
  Pair stride = {1, 1};
  Pair padding = {0, 0};
  Pair dilation = {1, 1};
  std::int64_t groups = 1;
  bool bias = true;
  bool operator==(const Conv2dSpec&) const = default;

  SlidingWindow2d windows() const;
  /// The products that one output is a sum of: (C/groups)·(kernel_size).
  std::int64_t taps() const { return in_channels / groups * kernel_size[0] * kernel_size[1]; }

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  double forward_flops(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
