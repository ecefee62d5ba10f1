// The classic mistakes in one layer, one loss or one update, as formulas: what each would compute from the
// right values around it. Where a backward pass goes wrong first, everything that flows into that layer is
// still right, so the formula that predicts the wrong tensor is the one that was written.
//
//   To add a layer: its mistakes beside those of the others in wrong_formulas.cpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "shared/specs/network_spec.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

/// What a mistaken formula computes.
struct Prediction {
  std::string cause;    // "derivative_left_out"
  std::string formula;  // "d_x = d_y"
  std::string meaning;  // "the derivative of the sigmoid is left out"
  std::vector<double> values;
};

/// The right values around one layer, N samples of I inputs and O outputs, row by row; weight and bias are
/// empty where the layer has none, previous_x (the inputs of the step before) where there was no such step.
struct LayerValues {
  std::int64_t samples = 0, inputs = 0, outputs = 0;
  std::span<const double> x, y, d_y, weight, bias, previous_x;
};

/// For y, for d_x, and for the gradient of the parameter called "weight" or "bias".
std::vector<Prediction> wrong_outputs(const LayerSpec& layer, const LayerValues& values);
std::vector<Prediction> wrong_input_gradients(const LayerSpec& layer, const LayerValues& values);
std::vector<Prediction> wrong_parameter_gradients(const LayerSpec& layer, std::string_view parameter,
                                                  const LayerValues& values);

/// The right values around a loss: outputs y of N samples of O, and targets of the same shape or N labels.
struct LossValues {
  std::int64_t samples = 0, outputs = 0;
  std::span<const double> y;
  std::span<const double> targets;
  std::span<const std::int64_t> labels;
};

/// For the gradient of the loss by the outputs.
std::vector<Prediction> wrong_loss_gradients(const LossSpec& loss, const LossValues& values);

/// The right values around the update of one parameter: its gradient, and its velocity before the step (empty
/// without momentum).
struct UpdateValues {
  std::span<const double> velocity, gradient;
};

/// For the velocity after the step, and for what the step subtracts from the parameter.
std::vector<Prediction> wrong_velocities(const SgdSpec& optimizer, const UpdateValues& values);
std::vector<Prediction> wrong_updates(const SgdSpec& optimizer, const UpdateValues& values);

}  // namespace twin
