// The few Eigen types that manual/ uses: row-major throughout, so that values map byte for byte onto the
// tensors of the other twin.
#pragma once

#include <Eigen/Core>

#include "shared/compare/magnitude.hpp"

namespace twin::manual {

using Eigen::Index;

template <typename Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <typename Scalar>
using RowVector = Eigen::Matrix<Scalar, 1, Eigen::Dynamic, Eigen::RowMajor>;
template <typename Scalar>
using ColumnVector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

/// A matrix that somebody else owns. Unlike Eigen::Ref it never binds to an expression by copying it, so a
/// layer may keep the view from forward to backward: its owner keeps the values alive and unchanged until
/// then.
template <typename Scalar>
class ConstMatrixView : public Eigen::Map<const Matrix<Scalar>> {
  using Base = Eigen::Map<const Matrix<Scalar>>;

 public:
  ConstMatrixView(const Matrix<Scalar>& x) : Base(x.data(), x.rows(), x.cols()) {}
  ConstMatrixView(Matrix<Scalar>&&) = delete;
  ConstMatrixView(const Scalar* values, Index rows, Index cols) : Base(values, rows, cols) {}
};

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
