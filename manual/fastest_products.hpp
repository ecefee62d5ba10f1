// Which library multiplies a size faster on this machine: measured, once for each size.
#pragma once

#include "manual/products.hpp"

namespace twin::manual {

/// Says whether Eigen's own kernels are faster than BLAS's at this product on Eigen::nbThreads() threads.
///
/// The rule: the work of a product, its multiplications, is that of a product of square matrices of some size
/// (of a square matrix and a vector, where one side is a vector); sizes that round down to the same power of
/// two are one class, and all from 512 on are the last. The first product of a class finds out: both
/// libraries multiply matrices of the class's smallest size in turns, and the less of their times decides,
/// with BLAS in the lead unless Eigen is 3% faster. So a process decides once, and products of one class are
/// alike all along. Which library wins depends on the processor, on the BLAS, on the scalar and on the number
/// of threads: by a table that somebody measured elsewhere it would be wrong somewhere.
/// TWINGRAD_PRODUCTS=blas or =eigen decides for all, where every run must end in the same bits.
template <typename Scalar>
bool eigen_is_faster(const Operand<Scalar>& a, const Operand<Scalar>& b);

/// Operations per second of both libraries at a product of square matrices, on Eigen::nbThreads() threads.
struct ProductRates {
  double blas = 0, eigen = 0;
};
template <typename Scalar>
ProductRates product_rates(Eigen::Index size);

}  // namespace twin::manual
