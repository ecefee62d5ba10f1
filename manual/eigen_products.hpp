// Matrix products by Eigen's own kernels, in memory that stays: Eigen's expressions ask for new buffers in
// each product of more than 128 KiB, and a step by hand allocates nothing once it has run.
#pragma once

#include "manual/products.hpp"

namespace twin::manual {

/// As multiply(), on Eigen::nbThreads() threads, which share the longer side of c.
template <typename Scalar>
void multiply_by_eigen(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Eigen::Index stride,
                       bool add);

}  // namespace twin::manual
