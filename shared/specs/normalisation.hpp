// What the layers have in common that take the mean and the variance of slices of their inputs: layer, group
// and instance norm. They differ in what a slice is, and in which weight an element meets. Batch and instance
// norm have running statistics in common.
#pragma once

#include <functional>
#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

/// Throws LayerError unless eps is finite and not below 0.
void validate_eps(double eps);

/// Throws LayerError unless momentum is at least 0 and at most 1.
void validate_momentum(double momentum);

/// running_mean and running_var, of an untrained layer 0 and 1.
std::vector<BufferSpec> running_statistics(std::int64_t num_features);

/// Of a batch, for each channel.
struct BatchStatistics {
  std::vector<double> means, variances, unbiased_variances;
};

/// The classic mistakes in running_mean or running_var after the step, which training moves towards those of
/// the batch by the share `momentum`.
std::vector<Prediction> running_statistics_mistakes(double momentum, const BatchStatistics& batch,
                                                    const Quantity& quantity, const LayerValues& v);

/// Elements are known by their place k in memory.
struct Normalisation {
  using Place = std::function<std::size_t(std::size_t k)>;

  double eps;
  std::size_t slices;  // how many there are; all are of one size
  Place slice_of;      // the slice that element k belongs to
  Place weight_of;     // the entry of weight and bias that it meets
  std::size_t term;    // d_weight is a sum of terms, of a row or a sample: of how many elements each is
};

/// y = γ·(x - mean) / √(variance + ε) + β with the mean and the variance of these slices. Where the layer has
/// no weight, γ is 1; where it has no bias, β is 0.
std::vector<double> normalised(const Normalisation& norm, const LayerValues& v);

/// The classic mistakes in the outputs and in every gradient.
std::vector<Prediction> normalisation_mistakes(const Normalisation& norm, const Quantity& quantity,
                                               const LayerValues& v);

}  // namespace twin
