// Where the update goes wrong: what a step leaves in the optimiser's state, and what it subtracts from each
// parameter.
//
//   Both networks take a step from the same state, by gradients that are known to be right. What the step
//   leaves behind is what one of the optimiser's mistakes (shared/optim/<stem>_mistakes.cpp) predicts; or the
//   gradient by which manual must have gone is what a mistake of the clipping predicts, or bears a mark
//   (shared/compare/marks.hpp).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shared/compare_networks/equivalence.hpp"
#include "shared/compare_networks/suspect.hpp"
#include "shared/data/batches.hpp"
#include "shared/network.hpp"

namespace twin {

/// A training step of a network: what it started from, and what it left.
struct Update {
  NetworkState before, after;
  double lr = 0;
};
/// The network moves on.
Update update_of(Network& network, const OwnedBatch& batch);

/// An update that is right, with the gradients of its batch as they are before they are clipped.
struct RightUpdate : Update {
  NamedTensors gradients;
};
RightUpdate right_update_of(Network& network, const OwnedBatch& batch);

/// What the optimiser read when it moved a parameter; a gradient that was clipped is told from what the step
/// left behind, where the optimiser can tell it.
UpdateValues update_values(const NetworkSpec& spec, const RightUpdate& right, const ParameterSpec& parameter);

/// What the mistakes that are known would make of a parameter's gradient when it is clipped; none where it is
/// not.
std::vector<Prediction> clipping_mistakes(const NetworkSpec& spec, const RightUpdate& right,
                                          const ParameterSpec& parameter);

/// What a step subtracted from a parameter.
Tensor moved_by(const Update& update, const std::string& parameter);

/// Several steps, one after the other.
class UpdateExamination {
 public:
  /// `spec` outlives this.
  explicit UpdateExamination(const NetworkSpec& spec) : spec_(spec) {}

  /// A step that both took from the same state. `bounds`: of the step, asked for once something differs; what
  /// may be rounding (shared/compare_networks/rounding.hpp) does not.
  void compare(const Update& manual, const RightUpdate& right, std::int64_t batch_size,
               const std::function<StepErrors()>& bounds);
  /// A value that is wrong after several steps has the hypotheses that hold after each of them.
  const std::vector<Suspect>& suspects() const { return suspects_; }

 private:
  bool counts_differ(const Update& manual, const Update& right);
  void compare(const ParameterSpec& parameter, const Update& manual, const RightUpdate& right,
               const DiagnosisContext& known,
               const std::function<bool(const Tensor&, const Tensor&)>& may_be_rounding,
               NamedTensors& implied);
  void add(const std::string& tensor, const Tensor& actual, const Tensor& expected,
           std::vector<Hypothesis> supported);

  const NetworkSpec& spec_;
  std::int64_t steps_ = 0;
  NamedTensors previous_;  // the gradients by which manual went one step before
  std::vector<Suspect> suspects_;
};

}  // namespace twin
