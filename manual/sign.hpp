// The sign of a number, where an update depends on it.
#pragma once

#include "shared/compare/decisions.hpp"

namespace twin::manual {

/// 1, 0 or -1; 0 of NaN, as torch.sign(). One decision: on which side of 0 it is.
template <typename Scalar>
Scalar sign_of(const Scalar& x) {
  const Scalar zero(0);
  if (decide_above(x, zero)) return Scalar(1);
  // x > 0 is what a decision that was turned around leaves.
  return Scalar(x < zero || x > zero ? -1 : 0);
}

}  // namespace twin::manual
