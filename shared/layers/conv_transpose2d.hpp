// Specification of the transposed convolution of pictures (torch.nn.ConvTranspose2d).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"
#include "shared/specs/sliding_window.hpp"

namespace twin {

struct Example;

/// x: N×C×H×W, weight: C×(O/groups)×(kernel_size), y: N×O×H'×W'. Each input is laid over the window of
/// outputs that a convolution of the same sizes would have seen it in; where windows overlap, they add.
///
///   H' = (H - 1)·stride - 2·padding + dilation·(kernel_size - 1) + output_padding + 1
///
/// The padding is cut off the outputs on all four sides. A stride above 1 lets a convolution take pictures of
/// several sizes to one: output_padding says how many rows and columns more than the fewest there are, at the
/// far ends. It must be below the stride or below the dilation.
struct ConvTranspose2dSpec {
  std::int64_t in_channels = 1;
  std::int64_t out_channels = 1;
  Pair kernel_size = {1, 1};
  Pair stride = {1, 1};
  Pair padding = {0, 0};
  Pair output_padding = {0, 0};
  std::int64_t groups = 1;
  bool bias = true;
  Pair dilation = {1, 1};
  bool operator==(const ConvTranspose2dSpec&) const = default;

  /// On the outputs, one for each input.
  SlidingWindow2d windows() const;
  /// The outputs that one input is laid over: (O/groups)·(kernel_size).
  std::int64_t taps() const { return out_channels / groups * kernel_size[0] * kernel_size[1]; }

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  double forward_flops(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
