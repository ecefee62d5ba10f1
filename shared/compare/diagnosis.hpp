// Why two gradients differ: hypotheses about the mistake, each tried on the numbers, and claimed only when it
// accounts for every element.
//
//   A hypothesis predicts the tensor from the right one (a factor, a transposition, a row left out, …) or from
//   its neighbours (another parameter's gradient, the weights, the gradient of the step before). It is
//   supported when the prediction meets every element within kDiagnosisMatch of the largest, which chance
//   does not: on random unrelated tensors nothing is claimed. What fits nothing is called unexplained.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// One explanation of one mismatch.
struct Finding {
  std::string cause;   // a word from the list below, "factor_batch"; "unexplained" when nothing fits
  std::string tensor;  // where
  std::string text;    // "hidden.weight: manual = 4 × autograd in all 8 entries; 4 is the batch size: …"
};

/// A number that a mistake may multiply a gradient by, or divide it by.
struct NamedFactor {
  double value = 1;
  std::string cause;  // "factor_batch"
  std::string name;   // "the batch size"
  std::string times;  // what it means when the gradient is this many times too large: "the mean over the batch is missing"
  std::string over;   // and when it is so many times too small
};

/// What is known beside the two tensors. Everything may be left empty.
struct DiagnosisContext {
  std::string actual = "actual", expected = "expected";  // what to call the two sides
  std::int64_t batch_size = 0;
  std::vector<NamedFactor> factors;  // beyond the batch size, the tensor's own extents, 2 and -1
  NamedTensors parameters;           // by the names of their gradients: a term of weight decay
  NamedTensors previous;             // the gradients of the step before: one that was never zeroed
};

/// Every hypothesis about one tensor that its numbers support, the simplest first; empty when none is, or
/// when the tensors agree to kDiagnosisMatch. Throws ShapeError when shapes differ.
std::vector<Finding> hypotheses(const Tensor& actual, const Tensor& expected, const DiagnosisContext& context);

/// One finding for each tensor that differs, and one for all of them where they share a cause. Tensors are
/// matched by name. Throws ShapeError when one is missing.
std::vector<Finding> diagnose(const NamedTensors& actual, const NamedTensors& expected,
                              const DiagnosisContext& context);

}  // namespace twin
