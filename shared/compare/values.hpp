// Values as the diagnosis compares them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "shared/tensors/tensor.hpp"

namespace twin::values {

using Values = std::vector<double>;

/// The largest |value|; 0 of none.
double largest(std::span<const double> values);
/// kDiagnosisMatch of the dtype.
double match_tolerance(DType dtype);
/// float32 where either tensor is of it.
DType coarser(const Tensor& a, const Tensor& b);
/// c of the best c·x for y, by least squares; 0 where x is zero.
double slope(std::span<const double> x, std::span<const double> y);
Values times(double c, std::span<const double> x);
std::size_t count_nonzero(std::span<const double> values);

}  // namespace twin::values
