// What a network is, without behaviour: layers, loss, optimiser, initialiser. Each twin builds itself from
// the same specification, so a shape or a hyperparameter is said once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shared/seeds/random.hpp"
#include "shared/specs/layer_spec.hpp"
#include "stems/clipping.hpp"
#include "stems/losses.hpp"
#include "stems/optim.hpp"
#include "stems/schedules.hpp"

namespace twin {

using LossSpec = Losses;
using OptimizerSpec = Optim;
using ScheduleSpec = Schedules;
using ClippingSpec = Clipping;

/// Weights, biases and scales uniform in [-bound, bound).
struct UniformInitialiser {
  double bound = 1.0;
};
/// Weights uniform in ±sqrt(6 / (fan_in + fan_out)), biases 0, scales 1 (Glorot and Bengio 2010, eq. 16).
struct XavierUniformInitialiser {};
/// Weights uniform in ±sqrt(6 / fan_in), biases 0, scales 1: for ReLU (He et al. 2015, eq. 10).
struct KaimingUniformInitialiser {};

using InitialiserSpec = std::variant<UniformInitialiser, XavierUniformInitialiser, KaimingUniformInitialiser>;

/// In the order of the variant.
inline constexpr std::string_view kInitialisers[] = {"uniform", "xavier_uniform", "kaiming_uniform"};
/// Throws UsageError naming those there are.
InitialiserSpec initialiser_named(std::string_view name);
std::string_view name_of(const InitialiserSpec& initialiser);

struct NetworkSpec {
  std::vector<LayerSpec> layers;
  LossSpec loss;
  OptimizerSpec optimizer;
  InitialiserSpec initialiser;
  Shape input = {};  // of one sample; empty: as the layers say, or any
  std::optional<ScheduleSpec> schedule = {};
  std::optional<ClippingSpec> clipping = {};
  Seed mask_seed = 1;  // of dropout's masks, and of the noise that layers draw
};

/// Throws ShapeError (LayerError, which names the layer's path) when neighbouring layers do not fit, two
/// share a name, or an extent is 0, UsageError when a hyperparameter is not finite, negative, or zero where
/// it may not be.
void validate(const NetworkSpec& spec);

std::vector<ParameterSpec> parameters_of(const NetworkSpec& spec);
std::int64_t parameter_count(const NetworkSpec& spec);
std::vector<BufferSpec> buffers_of(const NetworkSpec& spec);

/// Of one sample; empty when the network takes any.
Shape input_shape(const NetworkSpec& spec);
/// With the batch in front; empty when input_shape() is.
Shape input_shape(const NetworkSpec& spec, std::int64_t batch);
/// Of the outputs for `batch` samples; empty when input_shape() is.
Shape output_shape(const NetworkSpec& spec, std::int64_t batch);
/// Numbers in one sample of the inputs, or of the outputs; 0 when the network takes any.
std::int64_t input_features(const NetworkSpec& spec);
std::int64_t output_features(const NetworkSpec& spec);

/// The shape in which the layers see inputs that a batch holds as `given`: a sample may lie flat. Throws
/// ShapeError when the number of elements is another, LayerError when there are too many extents or one is 0.
Shape layer_input_shape(const NetworkSpec& spec, const Shape& given);

/// x: as the layers see the inputs. Throws ShapeError unless `further` (null: none) holds the further inputs
/// that the layers take, in this dtype, and no other; LayerError when one has a shape that does not fit.
void validate_further(const NetworkSpec& spec, const Shape& x, DType dtype, const NamedTensors* further);

/// "784-256-128-10"; "1×28×28-6×28×28-…-10": the inputs, and the outputs of every layer with parameters.
std::string widths_of(const NetworkSpec& spec);

// A loss says what it needs by the members of its specification:
//   takes_labels          the targets are integers, one for each row of outputs; else numbers
//   target_shape(y)       their shape, where it is another; throws ShapeError where outputs do not fit
//   takes_every_extent    labels and outputs reach it in their own shape, not as rows
//   takes_signs           each target is 1 or -1
//   target_range          each target lies between two numbers, both included
//   random_labels(y, r)   its labels, where they cannot be drawn one by one
//   validate()            its own numbers; throws UsageError
//   validate_labels(), validate_target()   throw DataError
//   predicted_targets(y)  what the outputs say of the targets, where it is not the outputs themselves

bool takes_labels(const LossSpec& loss);
/// Whether labels and outputs reach the loss as rows: one label for each of them.
bool takes_rows_of_labels(const LossSpec& loss);
/// Of the targets for outputs of this shape. Throws ShapeError when the loss cannot take such outputs.
Shape target_shape(const LossSpec& loss, const Shape& outputs);
/// Throws ShapeError when targets do not fit outputs of this shape in shape or dtype, DataError when a label
/// is no class or a value is not one that the loss takes. `expected` is target_shape(loss, outputs), for a
/// caller that keeps it.
void validate_targets(const LossSpec& loss, const Shape& outputs, const Shape& expected, DType dtype,
                      const TensorView& targets);
inline void validate_targets(const LossSpec& loss, const Shape& outputs, DType dtype,
                             const TensorView& targets) {
  validate_targets(loss, outputs, target_shape(loss, outputs), dtype, targets);
}

/// What outputs say of the targets: most are compared as they are; the pixels of a variational autoencoder
/// are a part of them, through a sigmoid.
Tensor predicted_targets(const LossSpec& loss, Tensor outputs);

/// Empty for a loss whose specification lists none.
std::vector<Hyperparameter> hyperparameters_of(const LossSpec& loss);
std::vector<Hyperparameter> hyperparameters_of(const OptimizerSpec& optimizer);
/// Throws UsageError when the optimiser has no such number.
void set_hyperparameter(OptimizerSpec& optimizer, std::string_view name, double value);
/// Of the optimiser alone: a schedule multiplies it.
double learning_rate(const OptimizerSpec& optimizer);
/// The tensors that the optimiser remembers of each parameter, by PyTorch's names ("exp_avg"), and whether
/// it counts its steps.
std::vector<std::string> state_names(const OptimizerSpec& optimizer);
bool counts_steps(const OptimizerSpec& optimizer);
/// For what becomes of the state called `quantity.name` (Role::state), or for what the step subtracts from
/// the parameter (Role::parameter).
std::vector<Prediction> mistakes_of(const OptimizerSpec& optimizer, const Quantity& quantity,
                                    const UpdateValues& values);
/// For the gradient of the loss by the outputs.
std::vector<Prediction> mistakes_of(const LossSpec& loss, const LossValues& values);

/// Floating-point operations of the matrix products of one training step on `batch` samples: forward,
/// gradients of the parameters and of the inputs of each layer, but for the inputs of the first layer with
/// parameters and of those in front of it, which nobody asks for.
double training_step_flops(const NetworkSpec& spec, std::int64_t batch);

}  // namespace twin
