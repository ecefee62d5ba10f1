// Matrix products of sizes known at run time: compiled once for each scalar, not once for each layer.
#pragma once

#include <Eigen/Core>

namespace twin::manual {

/// Who multiplies: the BLAS that was linked, Eigen's own kernels, or whichever of the two is faster at the
/// product's size on this machine (manual/fastest_products.hpp).
enum class Products { blas, eigen, fastest };

/// While it lives, products of this thread are computed so; before the first one, by the fastest.
class ProductsBy {
 public:
  explicit ProductsBy(Products products);
  ~ProductsBy();
  ProductsBy(const ProductsBy&) = delete;
  ProductsBy& operator=(const ProductsBy&) = delete;

 private:
  Products before_;
};

/// One side of a product, rows×cols as it is multiplied. In memory it is row-major with rows `stride` apart;
/// where `transposed`, its transpose is.
template <typename Scalar>
struct Operand {
  const Scalar* data;
  Eigen::Index rows, cols, stride;
  bool transposed;
};

template <typename M>
Operand<typename M::Scalar> operand(const M& m) {
  return {m.data(), m.rows(), m.cols(), m.outerStride(), !M::IsRowMajor};
}

/// c = a·b, or c += a·b. c is row-major, its rows are `stride` elements apart, and it overlaps neither a nor
/// b. Throws ShapeError when a has another number of columns than b has rows.
template <typename Scalar>
void multiply(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Eigen::Index stride, bool add);

}  // namespace twin::manual
