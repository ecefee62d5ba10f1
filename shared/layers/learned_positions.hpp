// Specification of learned positions, as in GPT-2 (Radford et al. 2019).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// N×T×E to N×T×E: y = x + W, row t of the weight for position t of every sample. T is max_positions or less:
/// rows behind T are not used.
struct LearnedPositionsSpec {
  std::int64_t max_positions = 1;
  std::int64_t embed_dim = 1;
  bool operator==(const LearnedPositionsSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
