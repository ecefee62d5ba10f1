// Every library's products are the same: on small integers, whose sums are exact, to the bit.
#include "manual/products.hpp"

#include <Eigen/Core>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace twin::manual {
namespace {

using Eigen::Index;

template <typename Scalar>
using RowMajor = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Between -4 and 4; the same for the same seed.
template <typename Scalar>
RowMajor<Scalar> integers(Index rows, Index cols, Index seed) {
  return RowMajor<Scalar>::NullaryExpr(
      rows, cols, [=](Index i, Index j) { return static_cast<Scalar>((7 * i + 11 * j + seed) % 9 - 4); });
}

template <typename Scalar>
void expect_equal_products(Index rows, Index depth, Index cols) {
  for (const bool transposed_a : {false, true})
    for (const bool transposed_b : {false, true})
      for (const bool add : {false, true})
        for (const Products library : {Products::blas, Products::eigen, Products::fastest}) {
          const RowMajor<Scalar> a = transposed_a ? integers<Scalar>(depth, rows, 1)
                                                  : integers<Scalar>(rows, depth, 1),
                                 b = transposed_b ? integers<Scalar>(cols, depth, 2)
                                                  : integers<Scalar>(depth, cols, 2);
          // A stride of its own: the product must not write between the rows.
          RowMajor<Scalar> c = integers<Scalar>(rows, cols + 3, 5), expected = c;
          const RowMajor<Scalar> exact = (transposed_a ? RowMajor<Scalar>(a.transpose()) : a)
                                             .lazyProduct(transposed_b ? RowMajor<Scalar>(b.transpose()) : b);
          if (add)
            expected.leftCols(cols) += exact;
          else
            expected.leftCols(cols) = exact;
          const ProductsBy by(library);
          multiply<Scalar>({a.data(), rows, depth, a.cols(), transposed_a},
                           {b.data(), depth, cols, b.cols(), transposed_b}, c.data(), c.cols(), add);
          EXPECT_EQ(c, expected) << fmt::format("{}×{}×{}, transposed {} {}, add {}, library {}", rows, depth,
                                                cols, transposed_a, transposed_b, add,
                                                static_cast<int>(library));
        }
}

class ProductsTest : public testing::TestWithParam<int> {
 protected:
  ProductsTest() { Eigen::setNbThreads(GetParam()); }
  ~ProductsTest() override { Eigen::setNbThreads(1); }
};

TEST_P(ProductsTest, AreTheSameByEveryLibrary) {
  // Vectors, outer products, odd sizes, and sizes that threads share, by rows and by columns.
  for (const auto& [rows, depth, cols] : {std::tuple<Index, Index, Index>{1, 37, 29},
                                          {31, 41, 1},
                                          {23, 1, 19},
                                          {17, 13, 11},
                                          {64, 64, 64},
                                          {1031, 67, 53},
                                          {47, 71, 1033},
                                          {131, 257, 129}}) {
    expect_equal_products<float>(rows, depth, cols);
    expect_equal_products<double>(rows, depth, cols);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, ProductsTest, testing::Values(1, 2));

}  // namespace
}  // namespace twin::manual
