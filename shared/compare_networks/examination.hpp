// Why the twins differ: which value goes wrong first, and by which mistake.
//
//   Both are run on what they were given: a traced step (wrong_values.hpp), the gradients by themselves,
//   several updates (wrong_updates.hpp), the outputs in evaluation mode. The first of these in which they
//   differ is explained.
//
//   Sizes that happen to be equal make causes look alike (a batch of 4, and 4 hidden units). So the same is
//   looked for on random numbers with a batch of another size; a cause must be supported there too.
#pragma once

#include <string>
#include <vector>

#include "shared/compare/diagnosis.hpp"
#include "shared/compare_networks/equivalence.hpp"

namespace twin {

/// Empty when nothing differs by more than rounding in float64. Parameters and batches as for
/// check_equivalence(). Precondition: there is an autograd twin.
std::vector<Finding> diagnose_twins(const Twins& twins, const NetworkSpec& spec,
                                    const NamedTensors& parameters, const std::vector<OwnedBatch>& batches,
                                    const EquivalenceOptions& options);

/// Every cause that a finding may name, in alphabetical order: the marks, and the mistakes of every stem on
/// its examples, as `right` computes them.
std::vector<std::string> known_causes(const Backend& right);

}  // namespace twin
