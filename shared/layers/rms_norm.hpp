// Specification of root mean square normalisation (torch.nn.RMSNorm).
#pragma once

#include <optional>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// y = weight·x / √(mean(x²) + eps), with the mean over the last extents of x, those of normalized_shape, in
/// which each element has its own weight. At least the batch stands in front of them.
struct RmsNormSpec {
  Shape normalized_shape = {1};
  std::optional<double> eps = {};  // unless given, the machine epsilon of the dtype: 2⁻²³ or 2⁻⁵²
  bool elementwise_affine = true;
  bool operator==(const RmsNormSpec&) const = default;

  std::int64_t features() const { return element_count(normalized_shape); }

  void validate() const;
  Shape default_input() const { return normalized_shape; }
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
