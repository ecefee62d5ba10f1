// The classic mistakes in one layer, one loss or one update, as formulas: what each would compute from the
// right values around it. Where a step goes wrong first, everything that flows into that place is still
// right, so the formula that predicts the wrong tensor is the one that was written.
//
//   A stem's mistakes stand in shared/<kind>/<stem>_mistakes.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/specs/parameter_spec.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

/// What a value of a training step is to the layer, the loss or the update that computes it.
enum class Role {
  input,               // of a layer
  output,              // of a layer
  loss,                // a single number
  error,               // the gradient of the loss by the network's outputs
  output_gradient,     // what flows back into a layer
  parameter_gradient,  // of one parameter
  input_gradient,      // what flows back out of a layer
  parameter,           // after the update
  state,               // of an optimiser, or a buffer of a layer, after the step
};

/// What a mistaken formula computes.
struct Prediction {
  std::string cause;    // one word, "derivative_left_out"
  std::string formula;  // "d_x = d_y"
  std::string meaning;  // "the derivative of the sigmoid is left out"
  std::vector<double> values;
};

/// A tensor in float64, row-major; empty where there is none.
struct Array {
  Shape shape;
  std::vector<double> values;

  bool empty() const { return values.empty(); }
  std::size_t size() const { return values.size(); }
  double operator[](std::size_t i) const { return values[i]; }
  /// As a matrix: the last extent, and all others together.
  std::int64_t columns() const { return shape.empty() ? 1 : shape.back(); }
  std::int64_t rows() const { return static_cast<std::int64_t>(values.size()) / columns(); }
};

inline Array array_of(const Tensor& tensor) { return {tensor.shape(), tensor.to_doubles()}; }

/// Which value is wrong.
///   of a layer      {output}, {input_gradient}, {parameter_gradient, "weight"}, {state, "running_mean"};
///                   {input_gradient, "input2"}: what it adds to the gradient of a further input
///   of a composite  also {input, "q_proj"}, {output_gradient, "q_proj"}: what it hands to a child
///   of an update    {state, "exp_avg"}; {parameter}, which is what the step subtracts
struct Quantity {
  Role role;
  std::string name = {};
};

/// The right values around one layer.
struct LayerValues {
  Array x, y, d_y, d_x;                  // x: integers too; d_y and d_x are empty on the way forward
  Array previous_x;                      // the inputs of the step before; empty in a first step
  std::map<std::string, Array> further;  // the further inputs, by name
  // By their names within the layer: "weight", "q_proj.weight"; those of other layers by their full names.
  std::map<std::string, Array> parameters;
  std::map<std::string, Array> buffers;  // before the step
  /// A value of a child, or null: child("q_proj", Role::output).
  std::function<const Array*(const std::string& path, Role role)> child = {};
};

/// The right values around a loss: outputs y, and targets of the same shape or labels.
struct LossValues {
  Array y, targets;
  std::vector<std::int64_t> labels;
};

/// The right values around the update of one parameter: its gradient, its value and its state (by name)
/// before the step, and what the step reads beside them.
struct UpdateValues {
  Array gradient, value;
  std::map<std::string, Array> state;
  double lr = 0;
  std::int64_t step = 1;  // this one, counted from 1
  ParameterRole role = ParameterRole::weight;
};

/// {f(0), …, f(count - 1)}.
template <typename Function>
std::vector<double> each(std::size_t count, const Function& f) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = f(i);
  return values;
}

}  // namespace twin
