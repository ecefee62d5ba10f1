// The few Eigen types that manual/ uses: row-major throughout, so that values map byte for byte onto the
// tensors of the other twin.
#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "manual/products.hpp"
#include "shared/compare/running_error.hpp"

namespace twin::manual {

using Eigen::Index;

/// Sizes are known at run time, or to the compiler: then a whole step stays in registers, without a loop.
/// (Eigen wants a column to be column-major; the bytes are the same.)
template <typename Scalar, Index Rows = Eigen::Dynamic, Index Cols = Eigen::Dynamic>
using Matrix = Eigen::Matrix<Scalar, Rows, Cols, Cols == 1 && Rows != 1 ? Eigen::ColMajor : Eigen::RowMajor>;
template <typename Scalar, Index Size = Eigen::Dynamic>
using RowVector = Eigen::Matrix<Scalar, 1, Size, Eigen::RowMajor>;

/// A matrix that somebody else owns. Unlike Eigen::Ref it never binds to an expression by copying it, so a
/// layer may keep the view from forward to backward: its owner keeps the values alive and unchanged until
/// then.
template <typename Scalar, Index Rows = Eigen::Dynamic, Index Cols = Eigen::Dynamic>
class ConstMatrixView : public Eigen::Map<const Matrix<Scalar, Rows, Cols>> {
  using Base = Eigen::Map<const Matrix<Scalar, Rows, Cols>>;

 public:
  ConstMatrixView(const Matrix<Scalar, Rows, Cols>& x) : Base(x.data(), x.rows(), x.cols()) {}
  ConstMatrixView(Matrix<Scalar, Rows, Cols>&&) = delete;
  ConstMatrixView(const Scalar* values, Index rows, Index cols) : Base(values, rows, cols) {}
};

/// Sums of many numbers are kept in this type: with more digits than Scalar, a long sum rounds as a single
/// operation would.
template <typename Scalar>
using Wider = std::conditional_t<std::is_same_v<Scalar, float>, double,
                                 std::conditional_t<std::is_same_v<Scalar, double>, long double, Scalar>>;

/// c = a·b, or c += a·b. c shares no memory with a or b; it is resized to the product, unless it is a view.
template <typename C, typename A, typename B>
void set_product(C&& c, const A& a, const B& b, bool add = false) {
  using Scalar = typename std::remove_cvref_t<C>::Scalar;
  if constexpr (A::SizeAtCompileTime == Eigen::Dynamic || B::SizeAtCompileTime == Eigen::Dynamic) {
    // Even a resize() that changes nothing divides, to know that the size does not overflow.
    if (c.rows() != a.rows() || c.cols() != b.cols()) c.resize(a.rows(), b.cols());
    multiply<Scalar>(operand(a), operand(b), c.data(), c.outerStride(), add);
  } else if (add) {
    // lazyProduct() computes each element of c by itself. Eigen's default writes an outer product number by
    // number; whoever then reads these numbers back as vectors has to wait for the writes.
    c.noalias() += a.lazyProduct(b);
  } else {
    c.noalias() = a.lazyProduct(b);
  }
}

}  // namespace twin::manual

/// What Eigen must know to compute with numbers that carry their error bound.
template <>
struct Eigen::NumTraits<twin::RunningError> : Eigen::GenericNumTraits<double> {
  using Real = twin::RunningError;
  using NonInteger = twin::RunningError;
  using Nested = twin::RunningError;
  using Literal = double;
  enum { RequireInitialization = 1, ReadCost = 3, AddCost = 5, MulCost = 5 };
};
