// How far two tensors are apart.
#pragma once

#include <cstdint>
#include <vector>

#include "shared/tensors/tensor.hpp"

namespace twin {

struct Difference {
  double max_abs = 0;      // max |actual - reference|; infinite where either is not finite
  double scale = 0;        // max |reference|
  std::int64_t index = 0;  // where max_abs is met
  double actual = 0, reference = 0;
  double max_ulp = 0;     // the most representable numbers between two elements, in the coarser of the dtypes
  double cosine = 1;      // of the angle between the tensors as vectors; 0 where one of them is zero
  double norm_ratio = 1;  // |actual| / |reference|, Euclidean; 1 where both are zero

  /// max_abs over scale; 0 when both are 0.
  double max_rel() const;
};

/// Throws ShapeError when the shapes differ. The dtypes may differ: values are compared as doubles. NaN
/// equals nothing.
Difference difference(const Tensor& actual, const Tensor& reference);

/// The largest max_rel() over all tensors of `reference`, each found in `actual` by its name.
double largest_relative_gap(const NamedTensors& actual, const NamedTensors& reference);

/// The number of steps from one representable number to the next between a and b, in float32 or float64;
/// infinite unless both are finite. +0 and -0 are one number.
double ulp_distance(double a, double b, DType dtype);

}  // namespace twin
