// Specification of the convolution of sequences (torch.nn.Conv1d).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"
#include "shared/specs/sliding_window.hpp"

namespace twin {

struct Example;

/// x: N×C×L, weight: O×(C/groups)×kernel_size, y: N×O×L'. Each group of output channels sees its own group of
/// input channels alone. Padding is of zeros.
struct Conv1dSpec {
  std::int64_t in_channels = 1;
  std::int64_t out_channels = 1;
  std::int64_t kernel_size = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  bool operator==(const Conv1dSpec&) const = default;

  SlidingWindow window() const { return {kernel_size, stride, padding, dilation}; }
  /// The products that one output is a sum of: (C/groups)·kernel_size.
  std::int64_t taps() const { return in_channels / groups * kernel_size; }

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  double forward_flops(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
