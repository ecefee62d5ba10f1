// The marks that mistakes leave in the numbers of one tensor: a factor, a transposition, a row left out, a
// term of a tensor that is known (another parameter's gradient, the weights, the gradient of the step
// before).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// A number that a mistake may multiply a gradient by, or divide it by. A cause that is empty is not claimed.
struct NamedFactor {
  double value = 1;
  std::string name;                     // "the batch size"
  std::string times_cause, times_text;  // the gradient is so many times too large: "the mean … is missing"
  std::string over_cause, over_text;    // or so many times too small
};

/// What is known beside the two tensors. Everything may be left empty.
struct DiagnosisContext {
  std::string actual = "actual", expected = "expected";  // what to call the two sides
  std::int64_t batch_size = 0;
  std::vector<NamedFactor> factors = {};  // tried before the batch size, 2 and the tensor's own extents
  NamedTensors parameters = {};           // by the names of their gradients: a term of weight decay
  NamedTensors previous = {};             // the gradients of the step before: one that was never zeroed
  /// Tensors of which a multiple may be missing, or one too many: the gradient of another branch. diagnose()
  /// adds the other gradients.
  NamedTensors terms = {};
};

/// Something a tensor may hold in place of the right values.
struct Hypothesis {
  std::string cause;
  std::string statement;   // what is seen: "manual = 4 × autograd"
  std::string meaning;     // what it means: "4 is the batch size: the mean over the batch is missing"
  bool everywhere = true;  // it is seen in every element
};

/// Every hypothesis about one tensor that its numbers support, the simplest first; empty when none is, or
/// when the tensors agree. Throws ShapeError when shapes differ.
std::vector<Hypothesis> hypotheses(const Tensor& actual, const Tensor& expected,
                                   const DiagnosisContext& context);

/// What to say when no hypothesis fits: how many elements differ, and by how much.
Hypothesis unexplained(const Tensor& actual, const Tensor& expected, const DiagnosisContext& context);

}  // namespace twin
