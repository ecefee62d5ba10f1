// The few Eigen types that manual/ uses: row-major throughout, so that values map byte for byte onto the
// tensors of the other twin.
#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "shared/compare/running_error.hpp"
#include "shared/machine/blas.hpp"

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

/// What sums of many numbers are kept in, so that they lose nothing on the way.
template <typename Scalar>
using Wider = std::conditional_t<std::is_same_v<Scalar, float>, double,
                                 std::conditional_t<std::is_same_v<Scalar, double>, long double, Scalar>>;

#ifdef EIGEN_USE_BLAS
template <typename Scalar>
inline constexpr bool kBlas = std::is_same_v<Scalar, float> || std::is_same_v<Scalar, double>;
#else
template <typename Scalar>
inline constexpr bool kBlas = false;
#endif

template <typename C, typename A, typename B>
void eigen_product(C& c, const A& a, const B& b, bool add) {
  if (add)
    c.noalias() += a * b;
  else
    c.noalias() = a * b;
}

/// c = a·b, or c += a·b, where c is none of both. Eigen's own c = a·b fills c with zeros and adds to it: with
/// the zeros of gradients, a twentieth of a step of 512 features in float32.
template <typename C, typename A, typename B>
void set_product(C& c, const A& a, const B& b, bool add = false) {
  if constexpr (A::SizeAtCompileTime != Eigen::Dynamic && B::SizeAtCompileTime != Eigen::Dynamic) {
    // Element by element: Eigen would write an outer product number by number, and reading that back as a
    // vector has to wait.
    if (add)
      c.noalias() += a.lazyProduct(b);
    else
      c.noalias() = a.lazyProduct(b);
  } else if constexpr (kBlas<typename C::Scalar>) {
    c.resize(a.rows(), b.cols());
    const Index m = a.rows(), n = b.cols(), k = a.cols();
    if (k == 1 && !add)
      c.noalias() = a.col(0) * b.row(0);
    else if (add || m == 1 || n == 1 || m + n + k < EIGEN_GEMM_TO_COEFFBASED_THRESHOLD)
      eigen_product(c, a, b, add);
    else
      blas_product(!A::IsRowMajor, !B::IsRowMajor, static_cast<int>(m), static_cast<int>(n),
                   static_cast<int>(k), a.data(), b.data(), c.data());
  } else {
    eigen_product(c, a, b, add);
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
