// What the layers ask of Eigen, on every scalar that they are templates on.
#include "manual/matrix.hpp"

#include <cmath>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <vector>

#include "shared/errors.hpp"
#include "shared/seeds/random.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::manual {
namespace {

template <typename Scalar>
using Array = Eigen::Array<Scalar, Eigen::Dynamic, 1>;

template <typename Scalar>
Array<Scalar> random_array(Index count, double low, double high) {
  const RandomStream stream(17, Purpose::test_data, 0);
  return Array<Scalar>::NullaryExpr(count, [&](Index i) {
    return static_cast<Scalar>(stream.uniform(static_cast<std::uint64_t>(i), low, high));
  });
}

// Eigen's own functions, in vectors of whatever instructions this is built for, are as exact as RunningError
// takes every library to be; on RunningError they are its own.
template <typename Scalar, typename OfArray, typename Exact>
void expect_within(double ulps, const char* name, double low, double high, const OfArray& of_array,
                   const Exact& exact) {
  constexpr Index kCount = 20'000;
  const double u = std::is_same_v<Scalar, float> ? 0x1p-24 : 0x1p-53;
  const Array<Scalar> x = random_array<Scalar>(kCount, low, high);
  const Array<Scalar> y = of_array(x);
  Index worst = 0;
  long double largest = 0;
  for (Index i = 0; i < kCount; ++i) {
    const long double expected = exact(static_cast<long double>(x[i]));
    const long double gap = std::abs(y[i] - expected) / (std::abs(expected) * u);
    if (gap > largest) {
      largest = gap;
      worst = i;
    }
  }
  EXPECT_LE(largest, ulps) << fmt::format("{} of {:.9g}, {} bytes", name, x[worst], sizeof(Scalar));

  const Array<RunningError> carried =
      of_array(x.template cast<double>().template cast<RunningError>().eval());
  EXPECT_EQ(carried[worst].value, static_cast<double>(exact(static_cast<double>(x[worst])))) << name;
  const double bound = ulps * std::abs(carried[worst].value) * u;
  EXPECT_NEAR(carried[worst].error_bound(u), bound, 1e-5 * bound) << name;
}

template <typename Scalar>
class EigenFunctions : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(EigenFunctions, Scalars);

#define FUNCTION(name) [](const auto& x) { return x.name().eval(); }, [](auto x) { return std::name(x); }

TYPED_TEST(EigenFunctions, AreAsExactAsTheRunningErrorTakesThemToBe) {
  constexpr double kUlps = RunningError::kFunctionUlps, kRational = RunningError::kRationalUlps;
  expect_within<TypeParam>(kUlps, "exp", -85, 85, FUNCTION(exp));
  expect_within<TypeParam>(kUlps, "exp", -1, 1, FUNCTION(exp));
  expect_within<TypeParam>(kUlps, "expm1", -20, 20, FUNCTION(expm1));
  expect_within<TypeParam>(kUlps, "expm1", -1e-3, 1e-3, FUNCTION(expm1));
  expect_within<TypeParam>(kUlps, "log", 1e-3, 1e3, FUNCTION(log));
  expect_within<TypeParam>(kUlps, "log", 0.5, 2, FUNCTION(log));
  expect_within<TypeParam>(kUlps, "log1p", -0.9, 3, FUNCTION(log1p));
  expect_within<TypeParam>(kUlps, "log1p", -1e-3, 1e-3, FUNCTION(log1p));
  expect_within<TypeParam>(kUlps, "sqrt", 0, 1e6, FUNCTION(sqrt));
  expect_within<TypeParam>(kUlps, "sin", -1000, 1000, FUNCTION(sin));
  expect_within<TypeParam>(kUlps, "cos", -1000, 1000, FUNCTION(cos));
  expect_within<TypeParam>(kRational, "tanh", -12, 12, FUNCTION(tanh));
  expect_within<TypeParam>(kRational, "tanh", -0.1, 0.1, FUNCTION(tanh));
  expect_within<TypeParam>(
      kUlps + 1, "rsqrt", 0, 1e6, [](const auto& x) { return x.rsqrt().eval(); },
      [](auto x) { return 1 / std::sqrt(x); });
  expect_within<TypeParam>(
      kUlps, "pow", 0.01, 100,
      [](const auto& x) { return x.pow(typename std::decay_t<decltype(x)>::Scalar(-0.75F)).eval(); },
      [](auto x) { return std::pow(x, decltype(x)(-0.75F)); });
}

#undef FUNCTION

// Everything else that compiles for float must compile for RunningError, and mean the same.
TYPED_TEST(EigenFunctions, MeanTheSameOnRunningErrors) {
  const auto results = []<typename Scalar>(Scalar) {
    Array<Scalar> x(4), y(4);
    x << Scalar(-1.5), Scalar(0.25), Scalar(3), Scalar(-4);
    y << Scalar(2), Scalar(-0.5), Scalar(3), Scalar(0.125);
    const Scalar limit(1);
    Array<Scalar> all(52);
    all << x.max(y), x.min(y), x.max(limit), x.min(limit), x.matrix().cwiseMax(y.matrix()).array(),
        x.matrix().cwiseMin(limit).array(), x.square(), x.cube(), x.inverse(), x.abs2(), (x > y).select(x, y),
        x.matrix().cwiseAbs().array(), x.abs().pow(limit);
    Index first = 0;
    const Scalar maximum = x.maxCoeff(&first);
    Array<Scalar> sums(8);
    sums << x.maxCoeff(), x.minCoeff(), maximum, x.matrix().squaredNorm(), x.mean(), x.sum(), x.prod(),
        Scalar(x.isFinite().all() && !x.isNaN().any() && !x.matrix().hasNaN() && x.matrix().allFinite());
    std::vector<double> values;
    for (const Array<Scalar>* part : {&all, &sums})
      for (const Scalar& value : *part) {
        if constexpr (std::is_same_v<Scalar, RunningError>)
          values.push_back(value.value);
        else
          values.push_back(value);
      }
    return values;
  };
  EXPECT_EQ(results(RunningError()), results(double()));
}

// BLAS would print a line of its own and leave what was in memory.
TEST(SetProduct, RefusesSizesThatDoNotFit) {
  for (const Index size : {3, 300}) {
    const Matrix<double> a = Matrix<double>::Zero(size, size), b = Matrix<double>::Zero(size + 1, size);
    Matrix<double> c;
    EXPECT_THROW_MESSAGE(set_product(c, a, b), ShapeError,
                         fmt::format("a product of {0}×{0} and {1}×{0}", size, size + 1));
  }
}

}  // namespace
}  // namespace twin::manual
