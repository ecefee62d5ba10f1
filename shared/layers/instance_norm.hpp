// Specification of instance normalisation (torch.nn.InstanceNorm1d and InstanceNorm2d).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// y = weight·(x - mean) / √(variance + eps) + bias for each channel of each sample of N×C×…, with the mean
/// and the variance over all that follows the channel; weight and bias where `affine`. Evaluation
/// does the same as training, unless the layer tracks running statistics: then it takes the running mean and
/// variance of each channel, which training moves by the share `momentum` towards the means over the batch of
/// the samples' means and unbiased variances.
struct InstanceNormSpec {
  std::int64_t num_features = 1;
  double eps = 1e-5;
  bool affine = false;
  bool track_running_stats = false;
  double momentum = 0.1;
  bool operator==(const InstanceNormSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<BufferSpec> buffers() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
