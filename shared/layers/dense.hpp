// Specification of the fully connected layer (torch.nn.Linear).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"
#include "shared/specs/product_size.hpp"

namespace twin {

struct Example;

/// y = x·Wᵀ + b on the last extent of x; W is out×in.
struct DenseSpec {
  std::int64_t in_features = 1;
  std::int64_t out_features = 1;
  bool bias = true;
  bool operator==(const DenseSpec&) const = default;

  void validate() const;
  Shape default_input() const { return {in_features}; }
  Shape output_shape(Shape x) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<ProductSize> products(const Shape& x) const;
  std::vector<Hyperparameter> hyperparameters() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
