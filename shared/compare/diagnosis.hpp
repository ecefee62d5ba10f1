// Why two gradients differ: hypotheses about the mistake, each tried on the numbers, and claimed only when it
// accounts for every element.
//
//   A hypothesis predicts the tensor from the right one (a factor, a transposition, a row left out, …) or
//   from its neighbours (another parameter's gradient, the weights, the gradient of the step before). It is
//   supported when the prediction meets every element to kDiagnosisMatch of the largest, which chance does
//   not: on random unrelated tensors nothing is claimed. What fits nothing is called unexplained.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// One explanation of one mismatch, or of the same mismatch in several tensors.
struct Finding {
  std::string cause;   // one word, "factor_batch"; "unexplained" when nothing fits
  std::string tensor;  // where; several are joined by ", "
  std::string text;    // "hidden.weight: manual = 4 × autograd in all 8 entries; 4 is the batch size: …"
};

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

/// Whether `values` are what `prediction` says: every element within kDiagnosisMatch of the dtype of
/// max(|values|). False when there are more or fewer, or one is not finite.
bool predicts(std::span<const double> prediction, std::span<const double> values, DType dtype);

/// The factor c ≠ 0 for which c·prediction predicts `values`, if there is one; that of fewer than three
/// values other than zero must be 1, for any factor would do.
std::optional<double> predicts_times(std::span<const double> prediction, std::span<const double> values,
                                     DType dtype);

/// Every hypothesis about one tensor that its numbers support, the simplest first; empty when none is, or
/// when the tensors agree. Throws ShapeError when shapes differ.
std::vector<Hypothesis> hypotheses(const Tensor& actual, const Tensor& expected,
                                   const DiagnosisContext& context);

/// "hidden.weight: <statement> in all 8 entries; <meaning>".
Finding finding(const std::string& tensor, std::int64_t entries, const Hypothesis& hypothesis);

/// What to say when no hypothesis fits: how many elements differ, and by how much.
Hypothesis unexplained(const Tensor& actual, const Tensor& expected, const DiagnosisContext& context);

/// Whether two tensors differ by more than rounding: by more than kDiagnosisMatch of the largest.
bool differs(const Tensor& actual, const Tensor& expected);

/// A finding for each cause that is at work, the tensors that share it together. Tensors are matched by name.
/// Throws ShapeError when one is missing.
std::vector<Finding> diagnose(const NamedTensors& actual, const NamedTensors& expected,
                              const DiagnosisContext& context);

}  // namespace twin
