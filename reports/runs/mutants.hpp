// The study of mistakes: each mutant of tests/mutants is built and tried as the right code is, to see who
// notices it.
//
// Who may notice, and when it counts as noticed:
//
//   compiler             the sources do not compile
//   loss curve           what its author would see. XOR: at some learning rate fewer than 90 % as many seeds
//                        converge as with the right code, or their median number of epochs more than
//                        doubles. fashion-mlp: its accuracy after a short training is more than 1 percentage
//                        point below the right code's, or its loss is no number. Or no training ends.
//   finite differences   of the hand-written twin's own loss, without the other twin
//   step 1               against autograd: loss, gradients, and the weights after the first step
//   later steps          against autograd: the steps after the first
//   sanitizer            address and undefined-behaviour sanitizers, and Eigen's assertions, on a few steps
//   suite                the project's own tests, without LibTorch; asked only where no check noticed
//
// A mutant that nobody notices survives: the tests have a hole.
//
// Apart from that, the check against autograd is weakened, on small random networks, in the ways that people
// weaken theirs: a catch that vanishes is what the stronger check is for.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reports/json.hpp"
#include "reports/runs/mutants/mutant_files.hpp"

namespace twin::reports {

struct MutantsOptions {
  std::vector<Mutant> mutants;
  bool quick = false;  // XOR at one rate from few seeds; no fashion-mlp, no sanitizer
  int workers = 1;
};

/// How many seeds learn XOR at one learning rate.
struct XorLearning {
  std::string lr;
  int converged = 0, seeds = 0;
  std::optional<int> median_epochs;  // of those that converge
};

struct FashionLearning {
  double accuracy = 0;
  bool finite = false;
};

/// One way to check less closely, and the step by which the check notices something: whole, on the same
/// networks, and weakened. Empty where it does not.
struct WeakCheck {
  std::string weakening;  // "ones_upstream", "zero_weights", "float32", "no_input_gradient"
  bool alone = false;     // on single layers; otherwise on whole networks
  std::optional<int> full, weak;
};

/// From what the probe says of each network: [{"alone", "full", "weak": {"float32": …}}], a step, or 0 where
/// nothing was noticed. The earliest step of all networks that a weakening can be tried on.
std::vector<WeakCheck> weak_checks_of(const Json& situations);

/// {"layer": {"float32": {"full", "weak"}, …}, "network": {…}}; null where there is none.
Json json_of(const std::vector<WeakCheck>& checks);

/// What became of one set of sources. What a crash, a hang or an exception has cut off is missing.
struct Trial {
  bool compiles = false;
  std::vector<XorLearning> xor_learning;
  std::optional<FashionLearning> fashion;
  bool finite_differences = false, step_1 = false, later_steps = false, sanitizer = false;  // noticed
  std::vector<WeakCheck> weak_checks;
  std::vector<std::pair<std::string, std::string>> ends;  // part of the probe, what ended it: "signal 11"
  Json diagnosis = Json::array();                         // [{network, cause, tensor, text}]
};

enum class Diagnosed { right, wrong, unexplained, no_mark };
std::string_view to_string(Diagnosed diagnosed);

struct MutantResult {
  Mutant mutant;
  Trial trial;
  bool loss_curve = false;
  bool suite_asked = false;
  std::vector<std::string> failed_tests;
  Diagnosed diagnosed = Diagnosed::no_mark;

  /// By finite differences or by autograd.
  bool checked() const { return trial.finite_differences || trial.step_1 || trial.later_steps; }
  bool survives() const;
};

struct MutantsResult {
  bool fashion = false;  // its pictures are there
  Trial baseline;        // the right code
  std::vector<MutantResult> mutants;
};

/// The mutants that `names` name, by name or by stem (all, when there is none; the few of the quick study,
/// when `quick`), each of which is seen to apply. Throws UsageError for an unknown name, DataError for a
/// mutant that is damaged or does not apply, MachineError when the source tree or the build folder is gone.
std::vector<Mutant> choose_mutants(const std::vector<std::string>& names, bool quick);

/// Builds and tries them below the build folder; the source tree is only read. Throws MachineError when the
/// right code does not build there or another study is running, NumericError when somebody notices something
/// about the right code.
MutantsResult run_mutants(const MutantsOptions& options,
                          const std::function<void(std::int64_t done, std::int64_t total)>& on_mutant);

/// {"layer": {"float32": {"caught": …, "later": […], "vanished": […]}, …}, "network": {…}}: how many the
/// whole check catches, and the names of those that the weakened one catches at a later step, or not at all.
Json weak_counts(const std::vector<MutantResult>& mutants);

Json options_json(const MutantsOptions& options);
/// {"baseline", "mutants": […], "counts"}
Json result_json(const MutantsResult& result);

}  // namespace twin::reports
