// The interface that both twins implement. Tests, benchmarks, reports and commands see a network through it
// alone.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/specs/network_spec.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

/// Views on one batch; their owner keeps them alive through the call they are passed to.
struct Batch {
  TensorView inputs;   // N×features, in the network's dtype
  TensorView targets;  // N×outputs in the network's dtype, or N labels (int64) for cross-entropy
};

struct Gradients {
  double loss = 0;
  NamedTensors parameters;  // d(loss)/d(parameter), under the parameter's own name
  Tensor input;             // d(loss)/d(inputs), named "input"
};

/// One intermediate value of a training step.
struct TraceEntry {
  std::string step;      // the twin's own name for the step: "adjustment", "loss.backward()"
  std::string quantity;  // the same on both twins: "hidden.weight", "d_hidden.weight"
  std::string formula;   // how this twin came by it
  Tensor value;
};
using Trace = std::vector<TraceEntry>;

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

/// A network with its loss and optimiser. Every call throws ShapeError when the batch's dtype, columns or
/// targets do not fit the specification, and DataError when a label is no class.
class Network {
 public:
  virtual ~Network() = default;

  virtual NamedTensors parameters() const = 0;
  /// Takes every parameter from `parameters`. Throws ShapeError, and changes nothing, unless all are there in
  /// the right shape and dtype.
  virtual void load_parameters(const NamedTensors& parameters) = 0;

  /// What the optimiser remembers between steps ("hidden.weight.momentum_buffer"); empty for plain SGD.
  virtual NamedTensors optimizer_state() const = 0;
  virtual void load_optimizer_state(const NamedTensors& state) = 0;

  /// Outputs for N×features inputs.
  virtual Tensor predict(const TensorView& inputs) = 0;
  virtual double loss(const Batch& batch) = 0;
  /// Loss and gradients at the current parameters, which stay as they are.
  virtual Gradients gradients(const Batch& batch) = 0;
  /// The five steps: forward, loss, backward, update of weights and biases. Returns the loss before the
  /// update.
  virtual double train_step(const Batch& batch) = 0;
  /// So many steps on one batch, which is looked at (and taken to the device) once. Returns the loss before
  /// the last update; `steps` is above 0.
  virtual double train_steps(const Batch& batch, std::int64_t steps) = 0;
  /// train_steps() by the clock: what each part took in all the steps together. Reading the clock is
  /// included.
  virtual StepTimes time_steps(const Batch& batch, std::int64_t steps) = 0;
  /// train_step(), keeping every intermediate value. Both twins list the same quantities in the same order.
  virtual Trace trace_step(const Batch& batch) = 0;
};

enum class Device { cpu, cuda };
std::string_view to_string(Device device);

/// One side of the house: builds networks from specifications.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;    // "manual", "autograd"
  virtual std::string description() const = 0;  // "Eigen 3.4.0 over OpenBLAS 0.3.21"
  virtual bool available(Device device) const = 0;
  /// Parameters are zero until load_parameters(). Throws MachineError when the device is not available,
  /// UsageError or ShapeError when the specification is not valid.
  virtual std::unique_ptr<Network> build(const NetworkSpec& spec, DType dtype, Device device) const = 0;

  virtual void set_threads(int threads) const = 0;
  /// The number of threads the library says it uses.
  virtual int threads() const = 0;
};

}  // namespace twin
