// A hand-written layer in somebody else's program.
#include "twingrad/manual/layers/dense.hpp"

#include <gtest/gtest.h>

namespace {

using Matrix = twin::manual::Matrix<double>;

TEST(Dense, ForwardAndBackward) {
  twin::manual::Dense<double> dense({3, 2});
  dense.weight << 1, 2, 3,  //
      4, 5, 6;
  dense.bias << 7, 8;
  const Matrix x{{1, 0, -1}, {2, 1, 0}};
  EXPECT_EQ(dense.forward(x), (Matrix{{5, 6}, {11, 21}}));
  const Matrix d_y{{1, 0}, {2, -1}};
  EXPECT_EQ(dense.backward(d_y), (Matrix{{1, 2, 3}, {-2, -1, 0}}));
  EXPECT_EQ(dense.d_weight, (Matrix{{5, 2, -1}, {-2, -1, 0}}));
  EXPECT_EQ(dense.d_bias, (twin::manual::RowVector<double>{{3, -1}}));
}

}  // namespace
