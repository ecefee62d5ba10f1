// The few Eigen types that manual/ uses: row-major throughout, so that values map byte for byte onto the
// tensors of the other twin.
#pragma once

#include <Eigen/Core>

#include "shared/compare/magnitude.hpp"

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

/// a·b, to be assigned with noalias(). Of sizes that the compiler knows, element by element: Eigen would
/// write an outer product number by number, and reading it back as a vector waits for that.
template <typename A, typename B>
auto product(const A& a, const B& b) {
  if constexpr (A::SizeAtCompileTime != Eigen::Dynamic && B::SizeAtCompileTime != Eigen::Dynamic)
    return a.lazyProduct(b);
  else
    return a * b;
}

}  // namespace twin::manual

/// What Eigen must know to compute with numbers that carry their error bound.
template <>
struct Eigen::NumTraits<twin::Magnitude> : Eigen::GenericNumTraits<double> {
  using Real = twin::Magnitude;
  using NonInteger = twin::Magnitude;
  using Nested = twin::Magnitude;
  using Literal = double;
  enum { RequireInitialization = 1, ReadCost = 3, AddCost = 5, MulCost = 5 };
};
