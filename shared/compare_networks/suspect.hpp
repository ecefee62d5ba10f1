// A value in which two networks differ, with every mistake that would account for it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "shared/compare/diagnosis.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Suspect {
  std::string tensor;   // "hidden.weight", "hidden: d_x"
  std::string subject;  // of a sentence: "the gradient of hidden.weight"
  Tensor actual, expected;
  std::vector<Hypothesis> supported;  // the likeliest first
  bool later = false;  // another value went wrong first, and this one may be wrong because of it alone
};

/// What the two sides are called in sentences.
inline constexpr const char* kManual = "manual";
inline constexpr const char* kAutograd = "autograd";

/// The formulas that predict `actual`.
std::vector<Hypothesis> written(const Tensor& actual, std::span<const Prediction> predictions);

/// Formulas and marks that account for `actual` where `expected` is right: a formula that predicts it, a mark
/// that leaves no room for another explanation, a formula that predicts it up to a factor, any other mark.
/// Empty when the two agree. Throws ShapeError when their shapes differ.
std::vector<Hypothesis> supported_by(const Tensor& actual, const Tensor& expected,
                                     std::span<const Prediction> predictions,
                                     const DiagnosisContext& context);

/// For a step that is wrong after one that was right: puts what the earlier step may have left behind (a
/// gradient that was never zeroed, say) in front of the other hypotheses.
void prefer_what_was_left(std::vector<Suspect>& suspects);

/// Keeps the hypotheses whose cause stands in `others` too.
void keep_common(std::vector<Hypothesis>& hypotheses, std::span<const Hypothesis> others);

}  // namespace twin
