// Whether the gap between two twins is that of a kink.
//
//   Where a decision on which a derivative depends (shared/compare/decisions.hpp) is too close to call, two
//   right twins may decide otherwise, and their gradients differ by any amount. But each of them computes
//   what the formulas say for the decisions that it took. So the step is computed with bounds once more, with
//   close decisions turned around: a value that is within its bound of none of these steps is wrong.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "shared/compare_networks/equivalence.hpp"

namespace twin {

/// One training step.
class Kinks {
 public:
  using Compute = std::function<StepErrors(const std::vector<std::int64_t>& turned)>;
  /// The bounds of one tensor of the step.
  using Select = std::function<std::vector<RunningError>(const StepErrors&)>;

  /// compute(turned): the step with these decisions turned around.
  explicit Kinks(Compute compute) : compute_(std::move(compute)) {}

  /// As it is computed with no decision turned around.
  const StepErrors& errors() { return step({}); }
  /// Whether each side is within its bounds of a step with some close decisions turned around, and not both
  /// are within those of errors().
  bool explain(const Tensor& manual, const Tensor& autograd, const Select& select);

 private:
  const StepErrors& step(const std::vector<std::int64_t>& turned);
  bool fits(const Tensor& side, const std::vector<std::int64_t>& turned, const Select& select);
  std::vector<std::int64_t> turned_towards(const Tensor& side, const Select& select);

  Compute compute_;
  std::map<std::vector<std::int64_t>, StepErrors> steps_;
};

}  // namespace twin
