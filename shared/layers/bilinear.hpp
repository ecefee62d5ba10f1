// Specification of the bilinear layer (torch.nn.Bilinear), the plainest one that takes two inputs.
#pragma once

#include <string>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// y_k = x₁·W_k·x₂ᵀ + b_k on the last extents of x₁, which reaches the layer, and of the further input x₂,
/// "input2"; their other extents are the same. W is O×I₁×I₂.
struct BilinearSpec {
  std::int64_t in1_features = 1;
  std::int64_t in2_features = 1;
  std::int64_t out_features = 1;
  bool bias = true;
  bool operator==(const BilinearSpec&) const = default;

  void validate() const;
  Shape default_input() const { return {in1_features}; }
  Shape output_shape(Shape x) const;
  std::vector<std::string> further_inputs() const { return {"input2"}; }
  void validate_further(Shape x, const NamedShapes& further) const;
  std::vector<ParameterSpec> parameters() const;
  double forward_flops(const Shape& x) const;
  std::vector<Hyperparameter> hyperparameters() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
