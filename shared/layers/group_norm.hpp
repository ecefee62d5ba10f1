// Specification of group normalisation (torch.nn.GroupNorm).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// y = weight·(x - mean) / √(variance + eps) + bias for N×C or N×C×…, with the mean and the variance of each
/// group of channels that lie side by side, over all that follows the channel; each sample by itself. Each
/// channel has its own weight and bias.
struct GroupNormSpec {
  std::int64_t num_groups = 1;
  std::int64_t num_channels = 1;
  double eps = 1e-5;
  bool affine = true;
  bool operator==(const GroupNormSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
