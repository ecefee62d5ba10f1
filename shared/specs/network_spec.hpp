// What a network is, without behaviour: layers, loss, optimiser, initialiser. Each twin builds itself from
// the same specification, so a shape or a hyperparameter is said once.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// y = x·Wᵀ + b, as torch.nn.Linear: W is out×in.
struct DenseSpec {
  std::int64_t in_features;
  std::int64_t out_features;
  bool operator==(const DenseSpec&) const = default;
};

/// y = 1 / (1 + exp(-x)), element by element.
struct SigmoidSpec {
  bool operator==(const SigmoidSpec&) const = default;
};

struct LayerSpec {
  std::string name;
  std::variant<DenseSpec, SigmoidSpec> kind;
};

/// Mean of squared differences over all elements; targets have the shape and dtype of the outputs.
struct MseLossSpec {};
/// Softmax, then negative log-likelihood, mean over the batch; targets are N class labels (int64).
struct CrossEntropyLossSpec {};
/// Sum of outputs times targets: its gradient by the outputs is the targets themselves, so a test can send
/// any upstream gradient it likes into the layers.
struct InnerProductLossSpec {};

using LossSpec = std::variant<MseLossSpec, CrossEntropyLossSpec, InnerProductLossSpec>;

/// v ← momentum·v + g, w ← w - lr·v, as torch.optim.SGD without dampening.
struct SgdSpec {
  double lr = 0.1;
  double momentum = 0.0;
};

using OptimizerSpec = std::variant<SgdSpec>;

/// Weights and biases uniform in [-bound, bound).
struct UniformInitialiser {
  double bound = 1.0;
};
/// Weights uniform in ±sqrt(6 / (fan_in + fan_out)), biases 0 (Glorot and Bengio 2010, eq. 16).
struct XavierUniformInitialiser {};

using InitialiserSpec = std::variant<UniformInitialiser, XavierUniformInitialiser>;

struct NetworkSpec {
  std::vector<LayerSpec> layers;
  LossSpec loss;
  OptimizerSpec optimizer;
  InitialiserSpec initialiser;
};

struct ParameterSpec {
  std::string name;  // "hidden.weight"
  Shape shape;
  bool is_bias;
};

/// Dense layers of the given widths with a sigmoid after each; the last sigmoid is left out when `loss` takes
/// logits (cross-entropy). Layers are named hidden1, hidden1_sigmoid, … (without a number when there is one
/// hidden layer), output, output_sigmoid. Throws ShapeError unless there are two widths or more, all above 0.
NetworkSpec mlp(const std::vector<std::int64_t>& widths, LossSpec loss, OptimizerSpec optimizer,
                InitialiserSpec initialiser);

/// Throws ShapeError when neighbouring layers do not fit or two share a name, UsageError when a
/// hyperparameter is not finite, negative, or (lr) zero.
void validate(const NetworkSpec& spec);

/// In the order of the layers, weight before bias: the order of torch.nn.Module::parameters().
std::vector<ParameterSpec> parameters_of(const NetworkSpec& spec);
std::int64_t parameter_count(const NetworkSpec& spec);

/// Columns that the first dense layer expects, or that the last one yields; 0 when there is no dense layer.
std::int64_t input_features(const NetworkSpec& spec);
std::int64_t output_features(const NetworkSpec& spec);

/// "784-256-128-10".
std::string widths_of(const NetworkSpec& spec);

/// The learning rate and momentum of the optimiser, to be changed from the command line.
SgdSpec& sgd(NetworkSpec& spec);
const SgdSpec& sgd(const NetworkSpec& spec);

/// Floating-point operations of the matrix products of one training step on `batch` samples: a product of n×k
/// by k×m counts 2·n·k·m; forward, d_weight and (but for the first layer, whose input needs no gradient) d_x.
double training_step_flops(const NetworkSpec& spec, std::int64_t batch);

}  // namespace twin
