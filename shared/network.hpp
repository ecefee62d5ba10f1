// The interface that both twins implement. Tests, benchmarks, reports and commands see a network through it
// alone.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/specs/network_spec.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

/// Views on one batch; their owner keeps them alive through the call they are passed to.
struct Batch {
  TensorView inputs;  // N×…, in the network's dtype, or integers (int64) where the first layer takes indices
  TensorView
      targets;  // of the outputs' shape in the network's dtype, or labels (int64) without the last extent
  // What layers take beside the values that reach them, by the names that these layers give it
  // (further_inputs_of), in the network's dtype; null: nothing.
  const NamedTensors* further = nullptr;
};

struct Gradients {
  double loss = 0;
  NamedTensors parameters;      // d(loss)/d(parameter), under the parameter's own name
  std::optional<Tensor> input;  // d(loss)/d(inputs), named "input"; none where the inputs are integers
  NamedTensors further;         // d(loss)/d(a further input), under its name

  /// Those of the parameters, of the inputs and of the further inputs, in this order.
  NamedTensors all() const;
};

enum class Mode { training, evaluation };

/// One way forward and back: what the layers may know of it beside their inputs.
struct Pass {
  Mode mode = Mode::training;
  bool keeps_buffers = false;  // running statistics and carried states are left as they are
  Seed seed = 1;               // of masks and noise
  std::int64_t step = 0;       // of training, from 0
};

/// One value of a training step.
struct TraceEntry {
  std::string step;  // the twin's own name for the step: "adjustment", "loss.backward()"
  Role role;
  std::string path;     // of the layer ("block.dense"), or of the parameter ("block.dense.weight")
  std::string formula;  // how this twin came by it
  Tensor value;         // named by quantity()

  /// "X", "hidden", "hidden: d_x", "d_hidden.weight": the same on both twins.
  std::string quantity() const { return quantity(role, path); }
  static std::string quantity(Role role, std::string_view path);
};

/// Every value of a training step, in the order of its computation: a layer's input, its children's values,
/// its output; loss and error; from the last layer to the first what flows into it, its children's gradients,
/// its parameters' gradients, what flows out of it; the parameters after the update.
using Trace = std::vector<TraceEntry>;
const TraceEntry* find(const Trace& trace, Role role, std::string_view path);

/// The tutorial's five steps.
enum class StepPart { zero_grad, forward, loss, backward, update };
inline constexpr std::size_t kStepParts = 5;

/// Seconds spent in each StepPart.
using StepTimes = std::array<double, kStepParts>;

/// Adds up what each part of a step takes.
class StepClock {
 public:
  void start() { last_ = std::chrono::steady_clock::now(); }
  /// `part` ran since the last call, or since start().
  void end(StepPart part) {
    const auto now = std::chrono::steady_clock::now();
    times_[static_cast<std::size_t>(part)] += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }
  const StepTimes& times() const { return times_; }

 private:
  std::chrono::steady_clock::time_point last_;
  StepTimes times_{};
};

/// A network with its loss and optimiser. Every call throws ShapeError when the batch's dtype, shape, targets
/// or further inputs do not fit the specification or an index is out of range, and DataError when a label is
/// no class.
class Network {
 public:
  virtual ~Network() = default;

  /// What it is built from.
  virtual const NetworkSpec& spec() const = 0;

  virtual NamedTensors parameters() const = 0;
  /// Takes every parameter from `parameters`. Throws ShapeError, and changes nothing, unless all are there in
  /// the right shape and dtype.
  virtual void load_parameters(const NamedTensors& parameters) = 0;

  /// What the way forward leaves behind in training: running statistics, and the states that recurrent layers
  /// carry from one batch to the next (which are none until there was a batch).
  virtual NamedTensors buffers() const = 0;
  virtual void load_buffers(const NamedTensors& buffers) = 0;
  /// Forgets what recurrent layers carry; running statistics stay.
  virtual void reset_state() = 0;

  /// What the optimiser remembers between steps ("hidden.weight.momentum_buffer"), with its count of steps
  /// ("step") where it has one; empty for plain SGD.
  virtual NamedTensors optimizer_state() const = 0;
  virtual void load_optimizer_state(const NamedTensors& state) = 0;

  /// Training steps done so far: schedules, masks and optimisers go by them.
  virtual std::int64_t steps_done() const = 0;
  virtual void set_steps_done(std::int64_t steps) = 0;
  /// Of the next step.
  virtual double learning_rate() const = 0;

  /// Outputs in evaluation mode, named "outputs"; of a batch that may lack targets.
  virtual Tensor predict(const Batch& batch) = 0;
  Tensor predict(const TensorView& inputs) { return predict(Batch{inputs, {}}); }
  /// In training mode, with the masks of the next step. Buffers stay as they are.
  virtual double loss(const Batch& batch) = 0;
  /// Loss and gradients at the current parameters, which stay as they are; as loss(), not clipped.
  virtual Gradients gradients(const Batch& batch) = 0;
  /// H·v: the derivative of the gradient of the loss along `direction`, which holds a tensor for each
  /// parameter. In float64 alone. Throws UsageError where this side has no second derivatives of the network,
  /// ShapeError when `direction` does not fit.
  virtual NamedTensors hessian_vector_product(const Batch& batch, const NamedTensors& direction);
  /// The five steps: forward, loss, backward, update of weights and biases. Returns the loss before the
  /// update.
  virtual double train_step(const Batch& batch) = 0;
  /// So many steps on one batch, which is looked at (and taken to the device) once. Returns the loss before
  /// the last update; `steps` is above 0.
  virtual double train_steps(const Batch& batch, std::int64_t steps) = 0;
  /// train_steps() by the clock: what each part took in all the steps together. Reading the clock is
  /// included.
  virtual StepTimes time_steps(const Batch& batch, std::int64_t steps) = 0;
  /// train_step(), keeping every value. Both twins list the same quantities in the same order.
  virtual Trace trace_step(const Batch& batch) = 0;
};

/// All that a network holds.
struct NetworkState {
  NamedTensors parameters, buffers, optimizer;
  std::int64_t steps_done = 0;
  NetworkState as(DType dtype) const;
};
NetworkState state_of(const Network& network);
void load(Network& network, const NetworkState& state);

/// The count of steps among an optimiser's state: a scalar named "step".
Tensor step_count(std::int64_t steps, DType dtype);
/// Throws ShapeError when it is missing.
std::int64_t steps_of(const NamedTensors& optimizer_state);

enum class Device { cpu, cuda };
std::string_view to_string(Device device);

/// Builds networks from specifications with one library: manual/ with Eigen, autograd/ with LibTorch.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;    // "manual", "autograd"
  virtual std::string description() const = 0;  // "Eigen 3.4.0 over OpenBLAS 0.3.21"
  virtual bool available(Device device) const = 0;
  /// What of `spec` this side does not do, by name ("the layer conv2d"); empty when it does all of it.
  virtual std::string lacks(const NetworkSpec& spec) const {
    static_cast<void>(spec);
    return {};
  }
  /// Parameters are zero until load_parameters(). Throws MachineError when the device is not available,
  /// UsageError or ShapeError when the specification is not valid, UsageError when this side lacks() part of
  /// it.
  virtual std::unique_ptr<Network> build(const NetworkSpec& spec, DType dtype, Device device) const = 0;

  virtual void set_threads(int threads) const = 0;
  /// The number of threads the library says it uses.
  virtual int threads() const = 0;
};

}  // namespace twin
