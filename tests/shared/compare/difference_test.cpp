#include "shared/compare/difference.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/infinity.hpp"

namespace twin {
namespace {

Tensor tensor(std::vector<double> values) {
  const auto size = static_cast<std::int64_t>(values.size());
  return {"x", {size}, std::move(values)};
}

TEST(Difference, OfEqualTensorsIsNothing) {
  const Difference gap = difference(tensor({1, -2, 0}), tensor({1, -2, 0}));
  EXPECT_EQ(gap.max_abs, 0);
  EXPECT_EQ(gap.max_rel(), 0);
  EXPECT_EQ(gap.max_ulp, 0);
  EXPECT_DOUBLE_EQ(gap.cosine, 1);
  EXPECT_DOUBLE_EQ(gap.norm_ratio, 1);
}

TEST(Difference, ShowsTheElementThatIsFurthestOff) {
  const Difference gap = difference(tensor({1, 5, 3}), tensor({1, 2, 4}));
  EXPECT_EQ(gap.index, 1);
  EXPECT_EQ(gap.actual, 5);
  EXPECT_EQ(gap.reference, 2);
  EXPECT_EQ(gap.max_abs, 3);
  EXPECT_EQ(gap.scale, 4);
  EXPECT_EQ(gap.max_rel(), 0.75);
}

TEST(Difference, TellsLengthFromDirection) {
  const Difference twice = difference(tensor({2, 4}), tensor({1, 2}));
  EXPECT_DOUBLE_EQ(twice.cosine, 1);
  EXPECT_DOUBLE_EQ(twice.norm_ratio, 2);
  const Difference across = difference(tensor({0, 3}), tensor({3, 0}));
  EXPECT_DOUBLE_EQ(across.cosine, 0);
  EXPECT_DOUBLE_EQ(across.norm_ratio, 1);
  EXPECT_DOUBLE_EQ(difference(tensor({-1, -1}), tensor({1, 1})).cosine, -1);
}

TEST(Difference, OfZeroTensors) {
  EXPECT_EQ(difference(tensor({0}), tensor({0})).norm_ratio, 1);
  EXPECT_EQ(difference(tensor({1}), tensor({0})).norm_ratio, kInfinity);
  EXPECT_EQ(difference(tensor({1}), tensor({0})).max_rel(), kInfinity);
  EXPECT_EQ(difference(tensor({0}), tensor({1})).norm_ratio, 0);
  EXPECT_EQ(difference(tensor({0}), tensor({1})).cosine, 0);
}

TEST(Difference, KeepsNormsAtTheEndsOfTheRange) {
  for (const double scale : {1e-300, 1e300}) {
    const Difference gap = difference(tensor({3 * scale, 4 * scale}), tensor({3 * scale, 4 * scale}));
    EXPECT_DOUBLE_EQ(gap.cosine, 1) << scale;
    EXPECT_DOUBLE_EQ(gap.norm_ratio, 1) << scale;
  }
}

TEST(Difference, IsInfiniteWhereAValueIsNot) {
  for (const double bad : {std::nan(""), kInfinity}) {
    const Difference gap = difference(tensor({1, bad}), tensor({1, bad}));
    EXPECT_EQ(gap.max_abs, kInfinity);
    EXPECT_EQ(gap.max_ulp, kInfinity);
    EXPECT_EQ(gap.index, 1);
  }
}

TEST(Difference, RefusesShapesThatDiffer) {
  EXPECT_THROW_MESSAGE(difference(tensor({1, 2}), tensor({1})), ShapeError, "x", "2 against 1");
}

TEST(UlpDistance, CountsRepresentableNumbers) {
  EXPECT_EQ(ulp_distance(1, 1 + 0x1p-52, DType::float64), 1);
  EXPECT_EQ(ulp_distance(1, 1 - 0x1p-53, DType::float64), 1);
  EXPECT_EQ(ulp_distance(1, 2, DType::float64), 0x1p52);
  EXPECT_EQ(ulp_distance(1, 1 + 0x1p-23, DType::float32), 1);
  EXPECT_EQ(ulp_distance(0.0, -0.0, DType::float64), 0);
  EXPECT_EQ(ulp_distance(0.0, -0.0, DType::float32), 0);
  const double smallest = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(ulp_distance(-smallest, smallest, DType::float64), 2);
  EXPECT_EQ(ulp_distance(smallest, -smallest, DType::float64), 2);
  const double largest = std::numeric_limits<double>::max();
  EXPECT_GT(ulp_distance(-largest, largest, DType::float64), 1e19);
}

}  // namespace
}  // namespace twin
