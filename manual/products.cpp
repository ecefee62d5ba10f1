#include "manual/products.hpp"

#include <fmt/format.h>

#include "manual/eigen_products.hpp"
#include "manual/fastest_products.hpp"
#include "manual/matrix.hpp"
#include "manual/tangent.hpp"
#include "shared/errors.hpp"
#include "shared/machine/blas.hpp"

namespace twin::manual {
namespace {

thread_local Products current = Products::fastest;

// Products that no library has anything to gain on: sums of one term.
template <typename Scalar>
void outer_product(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride, bool add) {
  const Index step_a = a.transposed ? 1 : a.stride, step_b = b.transposed ? b.stride : 1;
  for (Index i = 0; i < a.rows; ++i) {
    Eigen::Map<RowVector<Scalar>> row(c + i * stride, b.cols);
    const Eigen::Map<const RowVector<Scalar>, 0, Eigen::InnerStride<>> y(b.data, b.cols,
                                                                         Eigen::InnerStride<>(step_b));
    const Scalar factor = a.data[i * step_a];
    if (add)
      row += factor * y;
    else
      row = factor * y;
  }
}

// A product so small that a call of BLAS takes longer than its arithmetic: element by element, without
// vectors, whose loops have more to prepare than to do.
template <bool TransposedA, bool TransposedB, typename Scalar>
[[gnu::optimize("no-tree-vectorize")]] void small_product(const Operand<Scalar>& a, const Operand<Scalar>& b,
                                                          Scalar* c, Index stride, bool add) {
  const Index step_a = TransposedA ? a.stride : 1, step_b = TransposedB ? 1 : b.stride;
  for (Index i = 0; i < a.rows; ++i, c += stride)
    for (Index j = 0; j < b.cols; ++j) {
      const Scalar* x = a.data + (TransposedA ? i : i * a.stride);
      const Scalar* y = b.data + (TransposedB ? j * b.stride : j);
      Scalar sum = *x * *y;
      for (Index k = 1; k < a.cols; ++k) sum += *(x += step_a) * *(y += step_b);
      c[j] = add ? c[j] + sum : sum;
    }
}

template <typename Scalar>
void small_product(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride, bool add) {
  if (a.transposed)
    b.transposed ? small_product<true, true>(a, b, c, stride, add)
                 : small_product<true, false>(a, b, c, stride, add);
  else
    b.transposed ? small_product<false, true>(a, b, c, stride, add)
                 : small_product<false, false>(a, b, c, stride, add);
}

enum class Shape { outer, row, column, matrix };

template <typename Scalar>
Shape shape_of(const Operand<Scalar>& a, const Operand<Scalar>& b) {
  return a.cols == 1                    ? Shape::outer
         : a.rows == 1 && !a.transposed ? Shape::row
         : b.cols == 1                  ? Shape::column
                                        : Shape::matrix;
}

template <typename Scalar>
void by_blas(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride, bool add,
             Shape shape) {
  const auto size = [](Index i) { return static_cast<int>(i); };
  if (shape == Shape::row)
    // cᵀ = bᵀ·aᵀ: a row is a vector.
    blas_matrix_vector(!b.transposed, size(b.transposed ? b.cols : b.rows),
                       size(b.transposed ? b.rows : b.cols), b.data, size(b.stride), a.data, 1, add, c, 1);
  else if (shape == Shape::column)
    blas_matrix_vector(a.transposed, size(a.transposed ? a.cols : a.rows),
                       size(a.transposed ? a.rows : a.cols), a.data, size(a.stride), b.data,
                       b.transposed ? 1 : size(b.stride), add, c, size(stride));
  else
    blas_product(a.transposed, b.transposed, size(a.rows), size(b.cols), size(a.cols), a.data, size(a.stride),
                 b.data, size(b.stride), add, c, size(stride));
}

// Term by term: what a sum's bound is made of has its own order (shared/compare/running_error.hpp).
template <typename Scalar>
void term_by_term(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride, bool add) {
  const auto element = [](const Operand<Scalar>& m, Index i, Index j) -> const Scalar& {
    return m.data[m.transposed ? j * m.stride + i : i * m.stride + j];
  };
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j < b.cols; ++j) {
      Scalar sum = element(a, i, 0) * element(b, 0, j);
      for (Index k = 1; k < a.cols; ++k) sum += element(a, i, k) * element(b, k, j);
      c[i * stride + j] = add ? c[i * stride + j] + sum : sum;
    }
}

template <typename Scalar>
void large_product(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride, bool add) {
  const Shape shape = shape_of(a, b);
  if (shape == Shape::outer)
    outer_product(a, b, c, stride, add);
  else if (current == Products::eigen || (current == Products::fastest && eigen_is_faster(a, b)))
    multiply_by_eigen(a, b, c, stride, add);
  else
    by_blas(a, b, c, stride, add, shape);
}

}  // namespace

ProductsBy::ProductsBy(Products products) : before_(current) { current = products; }
ProductsBy::~ProductsBy() { current = before_; }

// By itself: text in multiply() would cost every product the room that it takes on the stack.
[[noreturn, gnu::noinline]] static void refuse_sizes(Index rows_a, Index cols_a, Index rows_b, Index cols_b) {
  throw ShapeError(fmt::format("a product of {}×{} and {}×{}", rows_a, cols_a, rows_b, cols_b));
}

template <typename Scalar>
void multiply(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride, bool add) {
  if (a.cols != b.rows) refuse_sizes(a.rows, a.cols, b.rows, b.cols);
  if constexpr (!std::is_floating_point_v<Scalar>)
    term_by_term(a, b, c, stride, add);
  else if (a.rows + b.cols + a.cols < EIGEN_GEMM_TO_COEFFBASED_THRESHOLD)  // as in Eigen's own products
    small_product(a, b, c, stride, add);
  else
    large_product(a, b, c, stride, add);
}

template void multiply(const Operand<float>&, const Operand<float>&, float*, Index, bool);
template void multiply(const Operand<double>&, const Operand<double>&, double*, Index, bool);
template void multiply(const Operand<RunningError>&, const Operand<RunningError>&, RunningError*, Index,
                       bool);
template void multiply(const Operand<Tangent>&, const Operand<Tangent>&, Tangent*, Index, bool);

}  // namespace twin::manual
