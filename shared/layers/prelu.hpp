// The rectifier with a learned slope (torch.nn.PReLU).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// y = x where x > 0, else weight·x. One weight for all (num_parameters 1), or one for each channel of N×C or
/// N×C×…. The derivative at 0 is the weight.
struct PreluSpec {
  std::int64_t num_parameters = 1;
  bool operator==(const PreluSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
