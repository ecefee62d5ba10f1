#include "shared/statistics.hpp"

#include <cmath>
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <random>

#include "shared/machine/blas.hpp"

extern "C" {
void cblas_sgemm();
char* openblas_get_config();
}

namespace twin {
namespace {

TEST(Statistics, QuartilesLieBetweenOrderStatistics) {
  const Quartiles q = quartiles({4, 1, 3, 2});
  EXPECT_EQ(q.min, 1);
  EXPECT_DOUBLE_EQ(q.lower, 1.75);
  EXPECT_DOUBLE_EQ(q.median, 2.5);
  EXPECT_DOUBLE_EQ(q.upper, 3.25);
  EXPECT_EQ(q.max, 4);
  EXPECT_DOUBLE_EQ(q.spread(), 0.6);
  EXPECT_EQ(quartiles({7}).median, 7);
}

// Tables of the binomial distribution: of 9 values the 2nd and 8th (96.1 %), of 20 the 6th and 15th (95.9 %).
TEST(Statistics, MedianIntervalIsTwoOrderStatistics) {
  std::vector<double> values;
  for (int i = 1; i <= 20; ++i) values.push_back(i);
  const Interval twenty = median_interval(values);
  EXPECT_EQ(twenty.low, 6);
  EXPECT_EQ(twenty.high, 15);
  values.resize(9);
  const Interval nine = median_interval(values);
  EXPECT_EQ(nine.low, 2);
  EXPECT_EQ(nine.high, 8);
  EXPECT_EQ(median_interval({3}).low, 3);
}

TEST(Statistics, MedianIntervalHoldsTheMedianAsOftenAsItSays) {
  std::mt19937 random(1);
  std::exponential_distribution<double> skewed(1);
  int held = 0;
  constexpr int kTrials = 2000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values(15);
    for (double& value : values) value = skewed(random);
    const Interval interval = median_interval(values);
    held += interval.low <= std::log(2) && std::log(2) <= interval.high;
  }
  EXPECT_GE(held, 0.95 * kTrials);
  EXPECT_LE(held, 0.98 * kTrials);
}

// GSL brings a BLAS of its own, slow and of the same names.
TEST(Statistics, DoesNotReplaceOpenBlas) {
  Dl_info product{}, openblas{};
  ASSERT_NE(dladdr(reinterpret_cast<void*>(cblas_sgemm), &product), 0);
  ASSERT_NE(dladdr(reinterpret_cast<void*>(openblas_get_config), &openblas), 0);
  EXPECT_STREQ(product.dli_fname, openblas.dli_fname);
}

TEST(Blas, ProductsTransposeAndAddWhatTheyAreTold) {
  const double a[] = {1, 2, 3, 4, 5, 6};  // 2×3, or 3×2 transposed
  const double b[] = {1, 0, 2, 1, 0, 3};  // 3×2
  double c[4] = {9, 9, 9, 9};
  blas_product(false, false, 2, 2, 3, a, 3, b, 2, false, c, 2);
  EXPECT_THAT(c, testing::ElementsAre(5, 11, 14, 23));
  const double a_stored[] = {1, 4, 2, 5, 3, 6}, b_stored[] = {1, 2, 0, 0, 1, 3};
  blas_product(true, true, 2, 2, 3, a_stored, 2, b_stored, 3, true, c, 2);
  EXPECT_THAT(c, testing::ElementsAre(10, 22, 28, 46));
}

TEST(Blas, MatrixTimesVectorStepsOverWhatIsBetween) {
  const double a[] = {1, 2, 3, -1, 4, 5, 6, -1};  // 2×3 in rows of four
  const double x[] = {1, 0, 2, 0, 3, 0};
  double y[4] = {1, 9, 1, 9};
  blas_matrix_vector(false, 2, 3, a, 4, x, 2, true, y, 2);
  EXPECT_THAT(y, testing::ElementsAre(15, 9, 33, 9));
  double z[3] = {9, 9, 9};
  blas_matrix_vector(true, 2, 3, a, 4, x, 2, false, z, 1);
  EXPECT_THAT(z, testing::ElementsAre(9, 12, 15));
}

}  // namespace
}  // namespace twin
