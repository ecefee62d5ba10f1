// Specification of a long short-term memory (torch.nn.LSTM, batch first).
#pragma once

#include <string_view>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/recurrent.hpp"

namespace twin {

struct Example;

/// N×T×input_size to N×T×hidden_size, the hidden state of every step; twice as wide when it is bidirectional.
/// Weights and biases have the rows of four gates, one below the other: input, forget, cell, output
/// (i, f, g, o).
///
/// Each batch starts from states h and c of zeros. With carry_state, a batch in training starts from the last
/// states of the batch before, row by row, as constants: nothing flows back into that batch (truncated
/// backpropagation through time). So all batches must be of one size, until Network::reset_state() forgets
/// the states; another size is refused, because its rows would go on where other sequences ended. In
/// evaluation batches start from zeros, and leave the states alone. A reverse direction carries no state: it
/// would have to start from the batch that comes next.
struct LstmSpec {
  std::int64_t input_size = 1;
  std::int64_t hidden_size = 1;
  bool bias = true;
  bool carry_state = false;
  std::int64_t num_layers = 1;
  bool bidirectional = false;
  bool operator==(const LstmSpec&) const = default;

  RecurrentStack stack() const { return {input_size, hidden_size, 4, bias, num_layers, bidirectional}; }
  /// Of a state that layer `layer` carries: "h", or "h_l1" where there are several layers.
  std::string state_name(std::string_view state, std::int64_t layer) const;

  void validate() const;
  Shape output_shape(const Shape& x) const { return stack().output_shape(x); }
  std::vector<ParameterSpec> parameters() const { return stack().parameters(); }
  double forward_flops(const Shape& x) const { return stack().forward_flops(x); }
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();

  /// Throws LayerError for the layer at `path` when states of `carried` rows meet a batch of `given`.
  void expect_batch(std::int64_t carried, std::int64_t given, std::string_view path) const;
};

}  // namespace twin
