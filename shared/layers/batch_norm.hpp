// Specification of batch normalisation (torch.nn.BatchNorm1d and BatchNorm2d).
#pragma once

#include <string_view>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// y = weight·(x - mean) / √(variance + eps) + bias for each channel of N×C or N×C×…: over the batch and all
/// that follows the channel. Training takes mean and variance of the batch, and moves the running ones
/// towards them by the share `momentum`; evaluation takes the running ones.
struct BatchNormSpec {
  std::int64_t num_features = 1;
  double eps = 1e-5;
  double momentum = 0.1;
  bool operator==(const BatchNormSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<BufferSpec> buffers() const;
  /// Throws LayerError unless each channel of a batch has several values, as training needs: of one value the
  /// variance is 0, and the unbiased one no number.
  void expect_several(std::int64_t values_of_a_channel, std::string_view path) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
