// The check that twins are twins: loss, every gradient, all that each of several steps leaves behind, and the
// outputs in evaluation mode; manual against autograd against finite differences, and each against itself.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "shared/compare/decisions.hpp"
#include "shared/compare/verdict.hpp"
#include "shared/data/batches.hpp"
#include "shared/network.hpp"

namespace twin {

using NamedErrors = std::vector<std::pair<std::string, std::vector<RunningError>>>;
/// Of the values of a trace, by role and path.
using TracedErrors = std::map<std::pair<Role, std::string>, std::vector<RunningError>>;

/// What is to be bounded.
struct BoundsOf {
  Mode mode = Mode::training;  // a training step; the outputs in evaluation mode
  std::vector<std::int64_t> turned =
      {};               // numbers of StepErrors::too_close: these decisions are taken the other way
  bool traced = false;  // a training step, with what its layers hand to each other
};

/// Everything one training step computes, each element with its bound; in evaluation mode the outputs alone.
struct StepErrors {
  RunningError loss;
  NamedErrors gradients;                             // in the order of parameters_of(spec)
  std::vector<RunningError> input_gradient;          // empty where the inputs are integers
  NamedErrors further_gradients;                     // of the further inputs
  NamedErrors parameters, optimizer_state, buffers;  // after the step
  std::vector<CloseDecision> too_close;              // of the training step
  std::vector<RunningError> outputs;                 // in evaluation mode
  TracedErrors trace;  // where it is asked for: up to the update, all that was computed
};

struct Twins {
  const Backend& manual;
  const Backend* autograd;  // null in a build without LibTorch: finite differences judge alone
  std::function<StepErrors(const NetworkSpec&, const NetworkState& before, const Batch&, const BoundsOf&)>
      errors;
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
/// autograd one, so that every update is judged by itself; step s trains on batches[s mod size]. At the end
/// both predict batches[0] in evaluation mode. The batches are of float64, and rounded for float32 as the
/// parameters are.
///
/// Finite differences judge the gradients on batches[0]; what fails where decisions are too close to call is
/// judged a little beside it.
///
/// A gap beyond its bound is a kink, and no failure, where each twin computes what the formulas say but for
/// decisions that rounding errors may turn around (StepErrors::too_close).
std::vector<CheckRow> check_equivalence(const Twins& twins, const NetworkSpec& spec,
                                        const NamedTensors& parameters,
                                        const std::vector<OwnedBatch>& batches,
                                        const EquivalenceOptions& options);

}  // namespace twin
