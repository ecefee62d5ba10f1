// Why two gradients differ: hypotheses about the mistake, each tried on the numbers, and claimed only when it
// accounts for every element.
//
//   A hypothesis predicts the tensor from the right one (a factor, a transposition, a row left out, …) or
//   from its neighbours (another parameter's gradient, the weights, the gradient of the step before). It is
//   supported when the prediction meets every element to kDiagnosisMatch of the largest, which chance does
//   not: on random unrelated tensors nothing is claimed. What fits nothing is called unexplained.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/compare/agreement.hpp"
#include "shared/compare/marks.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

/// One explanation of one mismatch, or of the same mismatch in several tensors.
struct Finding {
  std::string cause;   // one word, "factor_batch"; "unexplained" when nothing fits
  std::string tensor;  // where; several are joined by ", "
  std::string text;    // "hidden.weight: manual = 4 × autograd in all 8 entries; 4 is the batch size: …"
};

/// "hidden.weight: <statement> in all 8 entries; <meaning>".
Finding finding(const std::string& tensor, std::int64_t entries, const Hypothesis& hypothesis);

/// A finding for each cause that is at work, the tensors that share it together. Tensors are matched by name.
/// Throws ShapeError when one is missing.
std::vector<Finding> diagnose(const NamedTensors& actual, const NamedTensors& expected,
                              const DiagnosisContext& context);

}  // namespace twin
