// The study of mistakes: each mutant of tests/mutants is built and tried as the right code is, to see who
// notices it.
//
// Who may notice, and when it counts as noticed:
//
//   compiler             the sources do not compile
//   loss curve           what its author would see. XOR: at some learning rate fewer than 90 % as many seeds
//                        converge as with the right code, or their median number of epochs more than
//                        doubles. fashion-mlp: its accuracy after a short training is more than 1 percentage
//                        point below the right code's, or its loss is no number. Or no training ends. A
//                        network that does not compute by what the mutant changes is not trained again.
//   finite differences   of the hand-written twin's own loss, without the other twin
//   step 1               against autograd: loss, gradients, and the weights after the first step
//   later steps          against autograd: the steps after the first
//   sanitizer            address and undefined-behaviour sanitizers, and Eigen's assertions, on a few steps
//   suite                the project's own tests, those against autograd included, up to the first that
//                        fails; asked only where no check noticed
//
// Checked are those of a few networks that compute by what the mutant changes, and every example of the stem
// that it is filed under, as twin check does. A mutant that nobody notices survives: the tests have a hole.
//
// Apart from that, the check against autograd is weakened, on small random networks, in the ways that people
// weaken theirs: a catch that vanishes is what the stronger check is for.
// On the smallest of these networks the rules of other projects are asked as well
// (shared/compare/other_rules.hpp).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reports/runs/mutants/judging.hpp"
#include "reports/runs/mutants/mutant_files.hpp"

namespace twin::reports {

struct MutantsOptions {
  std::vector<Mutant> mutants;
  bool quick = false;  // XOR at one rate from few seeds; no fashion-mlp, no sanitizer
  int workers = 1;
};

struct MutantsResult {
  bool fashion = false;  // its pictures are there
  Trial baseline;        // the right code
  std::vector<MutantResult> mutants;
};

/// Every mutant of the source tree, by name. Throws as load_mutants() does.
std::vector<Mutant> all_mutants();

/// The mutants that `names` name, by name or by stem (all, when there is none; the few of the quick study,
/// when `quick`), each of which is seen to apply. Throws UsageError for an unknown name, DataError for a
/// mutant that is damaged or does not apply, MachineError when the source tree or the build folder is gone.
std::vector<Mutant> choose_mutants(const std::vector<std::string>& names, bool quick);

/// Builds and tries them below the build folder; the source tree is only read. Throws MachineError when the
/// right code does not build there or another study is running, NumericError when somebody notices something
/// about the right code.
MutantsResult run_mutants(const MutantsOptions& options,
                          const std::function<void(std::int64_t done, std::int64_t total)>& on_mutant);

}  // namespace twin::reports
