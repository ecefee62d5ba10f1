// Specification of a residual connection: layers with a way around them (He, Zhang, Ren, Sun 2016).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;
struct LayerSpec;

/// y = x + block(x): the layers of the block one after the other, which keep the shape of x.
struct ResidualSpec {
  std::vector<LayerSpec> block;
  bool operator==(const ResidualSpec& other) const;

  void validate() const;
  Shape default_input() const;
  Shape output_shape(const Shape& x) const;
  void validate_further(const Shape& x, const NamedShapes& further) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<BufferSpec> buffers() const;
  double forward_flops(const Shape& x) const;
  const std::vector<LayerSpec>& children() const { return block; }
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
