// What torch.nn.RNN, GRU and LSTM have in common beside their cells: layers one above the other, each of one
// direction or of two, and the names of their parameters.
#pragma once

#include <string>
#include <vector>

#include "shared/specs/parameter_spec.hpp"

namespace twin {

/// N×T×input_size to N×T×outputs(). Layer 0 works on the inputs, each further one on the outputs of the layer
/// below. With two directions, the outputs of the reverse one stand behind those of the other.
struct RecurrentStack {
  std::int64_t input_size, hidden_size;
  std::int64_t gates;  // so many times hidden_size are the rows of a weight: 1 (RNN), 3 (GRU), 4 (LSTM)
  bool bias;
  std::int64_t num_layers;
  bool bidirectional;

  std::int64_t directions() const { return bidirectional ? 2 : 1; }
  std::int64_t outputs() const { return directions() * hidden_size; }
  std::int64_t inputs_of(std::int64_t layer) const { return layer == 0 ? input_size : outputs(); }
  /// "_l1_reverse": what the names of a direction's parameters end with.
  static std::string suffix(std::int64_t layer, bool reverse);

  /// Throws LayerError naming the size that is not above 0.
  void validate() const;
  /// Throws LayerError unless x is N×T×input_size.
  Shape output_shape(Shape x) const;
  /// In the order of PyTorch: layer by layer, direction by direction.
  std::vector<ParameterSpec> parameters() const;
  double forward_flops(const Shape& x) const;
};

}  // namespace twin
