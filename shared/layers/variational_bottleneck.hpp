// Specification of a code that is drawn at random, with the layers that decode it: the middle of a
// variational autoencoder (Kingma and Welling 2014, "Auto-encoding variational Bayes"), and the noise that it
// draws.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "shared/seeds/random.hpp"
#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;
struct LayerSpec;

/// y = [decoder(z), mean, log_variance]. The last extent of x holds the `latent` means of a normal
/// distribution and the logarithms of as many variances. z has the shape of the means: in training it is
/// drawn from this distribution, in evaluation it is the mean. The decoder keeps the leading extents of z.
/// Mean and log-variance are handed on, for the loss (negative_elbo) depends on them too.
struct VariationalBottleneckSpec {
  std::int64_t latent = 1;
  std::vector<LayerSpec> decoder;
  bool operator==(const VariationalBottleneckSpec& other) const;

  void validate() const;
  Shape default_input() const { return {2 * latent}; }
  Shape output_shape(const Shape& x) const;
  void validate_further(const Shape& x, const NamedShapes& further) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<BufferSpec> buffers() const;
  double forward_flops(const Shape& x) const;
  std::vector<Hyperparameter> hyperparameters() const { return {{"latent", static_cast<double>(latent)}}; }
  const std::vector<LayerSpec>& children() const { return decoder; }
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

/// What one layer draws in one step of training: a function of the seed, the layer's path and the step alone,
/// as the masks of dropout are.
class CodeNoise {
 public:
  /// step: from 0, below 2³¹.
  CodeNoise(std::string_view path, Seed seed, std::int64_t step);

  /// Standard normal, for the element of z at this place in memory, row-major; below 2³². It is rounded to
  /// float32, so that networks of both dtypes are given the same number.
  double at(std::uint64_t place) const {
    return static_cast<double>(static_cast<float>(stream_.normal(first_ + place)));
  }

 private:
  RandomStream stream_;
  std::uint64_t first_;
};

}  // namespace twin
