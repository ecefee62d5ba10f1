#include "manual/eigen_products.hpp"

#include <algorithm>
#include <memory>

#include "manual/matrix.hpp"

namespace twin::manual {
namespace {

// Where the kernels put the parts of both operands that fit into the caches, rearranged. One for each thread.
template <typename Scalar>
class Blocks final : public Eigen::internal::level3_blocking<Scalar, Scalar> {
 public:
  // Of a product of column-major rows×depth by depth×cols.
  void make_room(Index rows, Index cols, Index depth) {
    this->m_mc = rows;
    this->m_nc = cols;
    this->m_kc = depth;
    Eigen::internal::computeProductBlockingSizes<Scalar, Scalar, 1>(this->m_kc, this->m_mc, this->m_nc,
                                                                    Index{1});
    this->m_blockA = a_.of(this->m_mc * this->m_kc);
    this->m_blockB = b_.of(this->m_kc * this->m_nc);
  }

 private:
  class Buffer {
   public:
    Scalar* of(Index size) {
      if (size > size_) {
        memory_.reset(static_cast<Scalar*>(
            Eigen::internal::aligned_malloc(static_cast<std::size_t>(size) * sizeof(Scalar))));
        size_ = size;
      }
      return memory_.get();
    }

   private:
    struct Free {
      void operator()(Scalar* memory) const { Eigen::internal::aligned_free(memory); }
    };
    std::unique_ptr<Scalar, Free> memory_;
    Index size_ = 0;
  };
  Buffer a_, b_;
};

// c += a·b on the calling thread alone.
template <int OrderA, int OrderB, typename Scalar>
void add_product(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride) {
  thread_local Blocks<Scalar> blocks;
  // Row-major c = a·b is column-major cᵀ = bᵀ·aᵀ, which is how Eigen's kernels write.
  blocks.make_room(b.cols, a.rows, a.cols);
  constexpr int kTransposedB = OrderB == Eigen::RowMajor ? Eigen::ColMajor : Eigen::RowMajor;
  constexpr int kTransposedA = OrderA == Eigen::RowMajor ? Eigen::ColMajor : Eigen::RowMajor;
  Eigen::internal::general_matrix_matrix_product<Index, Scalar, kTransposedB, false, Scalar, kTransposedA,
                                                 false, Eigen::ColMajor, 1>::run(b.cols, a.rows, a.cols,
                                                                                 b.data, b.stride, a.data,
                                                                                 a.stride, c, 1, stride,
                                                                                 Scalar(1), blocks);
}

template <typename Scalar>
void add_product(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride) {
  constexpr int kRows = Eigen::RowMajor, kColumns = Eigen::ColMajor;
  if (a.transposed)
    b.transposed ? add_product<kColumns, kColumns>(a, b, c, stride)
                 : add_product<kColumns, kRows>(a, b, c, stride);
  else
    b.transposed ? add_product<kRows, kColumns>(a, b, c, stride) : add_product<kRows, kRows>(a, b, c, stride);
}

template <int Order, typename Scalar>
using Side =
    Eigen::Map<const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Order>, 0, Eigen::OuterStride<>>;

template <typename Vector>
using Strided = Eigen::Map<Vector, 0, Eigen::InnerStride<>>;

// y += x·m for a row x, or y += m·x for a column.
template <int Order, typename Scalar, typename Vector>
void add_vector_product(const Operand<Scalar>& m, const Strided<const Vector>& x, Strided<Vector> y) {
  const Side<Order, Scalar> matrix(m.data, m.rows, m.cols, Eigen::OuterStride<>(m.stride));
  if constexpr (Vector::RowsAtCompileTime == 1)
    y.noalias() += x * matrix;
  else
    y.noalias() += matrix * x;
}

template <typename Scalar, typename Vector>
void add_vector_product(const Operand<Scalar>& m, const Strided<const Vector>& x, const Strided<Vector>& y) {
  m.transposed ? add_vector_product<Eigen::ColMajor>(m, x, y) : add_vector_product<Eigen::RowMajor>(m, x, y);
}

template <typename Scalar>
void add_any_product(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride) {
  using Row = Eigen::Matrix<Scalar, 1, Eigen::Dynamic, Eigen::RowMajor>;
  using Column = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
  using Step = Eigen::InnerStride<>;
  if (a.rows == 1)
    add_vector_product(b, Strided<const Row>(a.data, a.cols, Step(a.transposed ? a.stride : 1)),
                       Strided<Row>(c, b.cols, Step(1)));
  else if (b.cols == 1)
    add_vector_product(a, Strided<const Column>(b.data, b.rows, Step(b.transposed ? 1 : b.stride)),
                       Strided<Column>(c, a.rows, Step(stride)));
  else
    add_product(a, b, c, stride);
}

template <typename Scalar>
void product(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride, bool add) {
  if (!add)
    for (Index i = 0; i < a.rows; ++i) std::fill_n(c + i * stride, b.cols, Scalar(0));
  add_any_product(a, b, c, stride);
}

// Rows first…first+count of what is multiplied from the left; columns of what is from the right.
template <typename Scalar>
Operand<Scalar> rows_of(const Operand<Scalar>& a, Index first, Index count) {
  return {a.data + first * (a.transposed ? 1 : a.stride), count, a.cols, a.stride, a.transposed};
}
template <typename Scalar>
Operand<Scalar> columns_of(const Operand<Scalar>& b, Index first, Index count) {
  return {b.data + first * (b.transposed ? b.stride : 1), b.rows, count, b.stride, b.transposed};
}

}  // namespace

template <typename Scalar>
void multiply_by_eigen(const Operand<Scalar>& a, const Operand<Scalar>& b, Scalar* c, Index stride,
                       bool add) {
  // A thread that sleeps takes some tens of microseconds to wake: a product that one thread does in as long
  // (128×128 matrices) is shared with nobody.
  constexpr Index kWorthSharing = Index{1} << 21;  // multiplications
  const int threads = a.rows * a.cols * b.cols < kWorthSharing ? 1 : Eigen::nbThreads();
  const Index longer = std::max(a.rows, b.cols);
  constexpr Index kWhole = 16;  // a share starts where the kernels' vectors and rows of registers do
  const Index share = (longer + threads * kWhole - 1) / (threads * kWhole) * kWhole;
  if (threads == 1 || share >= longer) return product(a, b, c, stride, add);
  const bool by_rows = a.rows >= b.cols;
#pragma omp parallel for num_threads(threads) schedule(static, 1)
  for (Index first = 0; first < longer; first += share) {
    const Index count = std::min(share, longer - first);
    if (by_rows)
      product(rows_of(a, first, count), b, c + first * stride, stride, add);
    else
      product(a, columns_of(b, first, count), c + first, stride, add);
  }
}

template void multiply_by_eigen(const Operand<float>&, const Operand<float>&, float*, Index, bool);
template void multiply_by_eigen(const Operand<double>&, const Operand<double>&, double*, Index, bool);

}  // namespace twin::manual
