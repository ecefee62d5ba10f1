// Specification of a long short-term memory of one layer (torch.nn.LSTM, batch first).
#pragma once

#include <string_view>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// N×T×input_size to N×T×hidden_size, the hidden state of every step. Weights and biases have the rows of
/// four gates, one below the other: input, forget, cell, output (i, f, g, o).
///
/// Each batch starts from states h and c of zeros. With carry_state, a batch in training starts from the last
/// states of the batch before, row by row, as constants: nothing flows back into that batch (truncated
/// backpropagation through time). So all batches must be of one size, until Network::reset_state() forgets
/// the states; another size is refused, because its rows would go on where other sequences ended. In
/// evaluation batches start from zeros, and leave the states alone.
struct LstmSpec {
  std::int64_t input_size = 1;
  std::int64_t hidden_size = 1;
  bool bias = true;
  bool carry_state = false;
  bool operator==(const LstmSpec&) const = default;

  void validate() const;
  Shape output_shape(Shape x) const;
  std::vector<ParameterSpec> parameters() const;
  double forward_flops(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();

  /// Throws LayerError for the layer at `path` when states of `carried` rows meet a batch of `given`.
  void expect_batch(std::int64_t carried, std::int64_t given, std::string_view path) const;
};

}  // namespace twin
