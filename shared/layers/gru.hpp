// Specification of the gated recurrent unit (torch.nn.GRU, batch first).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/recurrent.hpp"

namespace twin {

struct Example;

/// N×T×input_size to N×T×hidden_size, the hidden state of every step; twice as wide when it is bidirectional.
/// Weights and biases have the rows of the reset gate, the update gate and the candidate, one below the other
/// (r, z, n). Every batch starts from states of zeros.
struct GruSpec {
  std::int64_t input_size = 1;
  std::int64_t hidden_size = 1;
  std::int64_t num_layers = 1;
  bool bias = true;
  bool bidirectional = false;
  bool operator==(const GruSpec&) const = default;

  RecurrentStack stack() const { return {input_size, hidden_size, 3, bias, num_layers, bidirectional}; }

  void validate() const { stack().validate(); }
  Shape output_shape(const Shape& x) const { return stack().output_shape(x); }
  std::vector<ParameterSpec> parameters() const { return stack().parameters(); }
  double forward_flops(const Shape& x) const { return stack().forward_flops(x); }
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
