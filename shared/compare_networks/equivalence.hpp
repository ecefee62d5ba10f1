// The check that twins are twins: loss, every gradient, and the weights after each of several steps, manual
// against autograd against finite differences, and each against itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shared/compare/verdict.hpp"
#include "shared/data/batches.hpp"
#include "shared/network.hpp"

namespace twin {

using NamedErrors = std::vector<std::pair<std::string, std::vector<RunningError>>>;

/// Everything one training step computes, each element with its bound.
struct StepErrors {
  RunningError loss;
  NamedErrors gradients;                             // in the order of parameters_of(spec)
  std::vector<RunningError> input_gradient;          // empty where the inputs are integers
  NamedErrors parameters, optimizer_state, buffers;  // after the step
  std::int64_t too_close = 0;  // decisions at kinks that rounding errors may turn around
};

struct Twins {
  const Backend& manual;
  const Backend* autograd;  // null in a build without LibTorch: finite differences judge alone
  std::function<StepErrors(const NetworkSpec&, const NetworkState& before, const Batch&)> errors;
};

struct EquivalenceOptions {
  DType dtype = DType::float64;
  Device device = Device::cpu;  // of the autograd twin
  std::int64_t steps = 3;
  bool finite_differences = true;  // in float64 only
  bool repeats = true;             // each twin must give the same bits twice; expect it on one thread
  Seed seed = 1;
};

/// Each twin against itself, then the gradients at `parameters` (float64) on `batches[0]`, then `steps` steps
/// of training: before each, the manual network is given the weights, buffers and optimiser state of the
/// autograd one, so that every update is judged by itself; step s trains on batches[s mod size]. The batches
/// are of float64, and rounded for float32 as the parameters are.
std::vector<CheckRow> check_equivalence(const Twins& twins, const NetworkSpec& spec,
                                        const NamedTensors& parameters,
                                        const std::vector<OwnedBatch>& batches,
                                        const EquivalenceOptions& options);

}  // namespace twin
