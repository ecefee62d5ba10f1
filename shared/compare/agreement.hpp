// Whether values are what a mistake predicts.
#pragma once

#include <optional>
#include <span>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// Whether `values` are what `prediction` says: every element within kDiagnosisMatch of the dtype of
/// max(|values|). False when there are more or fewer, or one is not finite.
bool predicts(std::span<const double> prediction, std::span<const double> values, DType dtype);

/// The factor c ≠ 0 for which c·prediction predicts `values`, if there is one; that of fewer than three
/// values other than zero must be 1, for any factor would do.
std::optional<double> predicts_times(std::span<const double> prediction, std::span<const double> values,
                                     DType dtype);

/// Whether two tensors differ by more than rounding: by more than kDiagnosisMatch of the largest.
bool differs(const Tensor& actual, const Tensor& expected);

}  // namespace twin
