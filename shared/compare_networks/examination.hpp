// Why the twins differ: which quantity goes wrong first, and by which mistake.
//
//   Both twins list every value of a training step in the order of its computation. Up to the first that
//   differs everything is right, also what flows back into the layer that computes it: so the mistake is in
//   that layer, and the wrong tensor is what its wrong formula (shared/compare_networks/wrong_formulas.hpp) or a mark in
//   the numbers alone (shared/compare/diagnosis.hpp) predicts. When a whole traced step is right, the
//   gradients are looked at by themselves, and then the update, step by step.
//
//   Sizes that happen to be equal make causes look alike (a batch of 4, and 4 hidden units). So the same is
//   looked for on random numbers with a batch of another size; a cause must be supported there too.
#pragma once

#include <vector>

#include "shared/compare/diagnosis.hpp"
#include "shared/compare_networks/equivalence.hpp"

namespace twin {

/// Empty when nothing differs by more than rounding in float64. Parameters and batches as for
/// check_equivalence(). Precondition: there is an autograd twin.
std::vector<Finding> diagnose_twins(const Twins& twins, const NetworkSpec& spec,
                                    const NamedTensors& parameters, const std::vector<OwnedBatch>& batches,
                                    const EquivalenceOptions& options);

}  // namespace twin
