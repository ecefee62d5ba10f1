#include "shared/compare/running_error.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <vector>

#include "shared/seeds/random.hpp"

namespace twin {
namespace {

constexpr double kU = 0x1p-24;  // unit roundoff of float

enum class Order { forward, backward, pairwise, interleaved };
constexpr Order kOrders[] = {Order::forward, Order::backward, Order::pairwise, Order::interleaved};

template <typename T>
T sum(const std::vector<T>& terms, Order order) {
  const std::size_t n = terms.size();
  T total = 0;
  switch (order) {
    case Order::forward:
      for (std::size_t i = 0; i < n; ++i) total += terms[i];
      return total;
    case Order::backward:
      for (std::size_t i = n; i > 0; --i) total += terms[i - 1];
      return total;
    case Order::pairwise:
      if (n == 1) return terms[0];
      return sum(std::vector<T>(terms.begin(), terms.begin() + static_cast<std::ptrdiff_t>(n / 2)), order) +
             sum(std::vector<T>(terms.begin() + static_cast<std::ptrdiff_t>(n / 2), terms.end()), order);
    case Order::interleaved: {  // as vector instructions do
      T lanes[4] = {0, 0, 0, 0};
      for (std::size_t i = 0; i < n; ++i) lanes[i % 4] += terms[i];
      return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    }
  }
  return total;
}

template <typename T>
std::vector<T> products(const std::vector<float>& x, const std::vector<float>& y) {
  std::vector<T> terms;
  for (std::size_t i = 0; i < x.size(); ++i) terms.push_back(T(x[i]) * T(y[i]));
  return terms;
}

template <typename T>
T dot(const std::vector<float>& x, const std::vector<float>& y, Order order = Order::forward) {
  return sum(products<T>(x, y), order);
}

template <typename T>
T sigmoid(const T& x) {
  using std::exp;
  return T(1) / (T(1) + exp(-x));
}

template <typename T>
T log_sum_exp(const std::vector<float>& x) {
  using std::exp, std::log;
  T total = 0;
  for (const float value : x) total += exp(T(value));
  return log(total);
}

std::vector<float> random_floats(std::size_t count, std::uint32_t substream, double low = -1,
                                 double high = 1) {
  const RandomStream stream(11, Purpose::test_data, substream);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(stream.uniform(i, low, high));
  return values;
}

double gap(float computed, long double exact) { return static_cast<double>(std::abs(computed - exact)); }

void expect_bounded(float computed, long double exact, const RunningError& error) {
  EXPECT_LE(gap(computed, exact), error.error_bound(kU));
  EXPECT_LE(static_cast<double>(std::abs(error.value - exact)), error.error_bound(0x1p-53));
}

TEST(RunningError, OfAnExactNumberBoundsNoError) {
  const RunningError x = -3.5;
  EXPECT_EQ(x.value, -3.5);
  EXPECT_EQ(x.depth(), 0);
  EXPECT_EQ(x.error_bound(kU), 0);
  EXPECT_EQ(RunningError().error_bound(kU), 0);
}

TEST(RunningError, BoundFollowsHigham) {
  const RunningError x(1, 8, 100);
  EXPECT_DOUBLE_EQ(x.error_bound(0.001), 8 * 0.001 / 0.9);
  EXPECT_DOUBLE_EQ(x.likely_error(0.001), 8 * 0.001);
}

// Beyond k·u = 1 the bound would turn negative, and call any difference too large.
TEST(RunningError, BoundsNothingAfterTooManyRoundings) {
  EXPECT_EQ(RunningError(1, 1, 0x1p24).error_bound(kU), std::numeric_limits<double>::infinity());
  EXPECT_EQ(RunningError(1, 1, 0x1p30).error_bound(kU), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isfinite(RunningError(1, 1, 0x1p23).error_bound(kU)));
}

// exp(800) overflows on its way to a sigmoid of 0, whose error it leaves unknown.
TEST(RunningError, BoundsNothingAfterAnOverflow) {
  const RunningError y = sigmoid(RunningError(-800));
  EXPECT_EQ(y.value, 0);
  EXPECT_EQ(y.error_bound(kU), std::numeric_limits<double>::infinity());
  EXPECT_EQ(y.likely_error(kU), std::numeric_limits<double>::infinity());
}

TEST(RunningError, ComputesWithTheValue) {
  const RunningError x = 3, y = -4;
  EXPECT_EQ((x + y).value, -1);
  EXPECT_EQ((x - y).value, 7);
  EXPECT_EQ((x * y).value, -12);
  EXPECT_EQ((x / y).value, -0.75);
  EXPECT_EQ((-x).value, -3);
  EXPECT_EQ(abs(y).value, 4);
  EXPECT_EQ(exp(x).value, std::exp(3.0));
  EXPECT_EQ(log(x).value, std::log(3.0));
  EXPECT_TRUE(y < x && x > y && x == RunningError(3, 99, 9) && x != y);
  EXPECT_TRUE(isfinite(x));
  EXPECT_FALSE(isfinite(x / 0));
  RunningError z = x;
  z += y;
  z *= y;
  z -= x;
  z /= x;
  EXPECT_EQ(z.value, ((3.0 - 4) * -4 - 3) / 3);
}

TEST(RunningError, FollowsTheRulesOfItsHeader) {
  const RunningError x(3, 5, 2), y(-4, 7, 6);
  const auto expect = [](const RunningError& actual, double error, double depth) {
    constexpr double kTiny = 0x1p-60;  // leaves the terms of higher order out
    EXPECT_DOUBLE_EQ(actual.error_bound(kTiny) / kTiny, error);
    EXPECT_EQ(actual.depth(), depth);
  };
  expect(x + y, 5 + 7 + (3 + 4), 7);
  expect(x - y, 5 + 7 + (3 + 4), 7);
  expect((x + x) + (x + y), 5 + 5 + 5 + 7 + 3 * (3 + 3 + 3 + 4), 6 + 3);
  expect(x * y, 3 * 7 + 4 * 5 + 12, 9);
  expect((x + y) * y, 1 * 7 + 4 * (5 + 7 + 7) + 4, 7 + 6 + 1);  // a product is one term again
  expect(x * RunningError(1), 5, 2);
  expect(RunningError(1) * y, 7, 6);
  expect(x * RunningError(1, 1, 1), 3 * 1 + 1 * 5 + 3, 4);
  expect(x / y, (5 + 0.75 * 7) / 4 + 0.75, 7);
  expect(-y, 7, 6);
  expect(abs(y), 7, 6);
  expect(exp(x), std::exp(3) * (5 + RunningError::kFunctionUlps), 2 + RunningError::kFunctionUlps);
  expect(log(x), 5.0 / 3 + RunningError::kFunctionUlps * std::log(3), 2 + RunningError::kFunctionUlps);
}

// A float sum may be taken in another order than the sum of errors: the bound must allow for the worst.
TEST(RunningError, OfASumDoesNotDependOnItsOrder) {
  const std::vector<float> x = random_floats(784, 0), y = random_floats(784, 1);
  const double forward = dot<RunningError>(x, y).error_bound(kU);
  for (const Order order : kOrders) {
    const auto error = dot<RunningError>(x, y, order);
    EXPECT_GE(error.depth(), 784);  // one product, 783 additions
    EXPECT_LE(error.depth(), 784 + 4) << "but for the zeros that sums begin with";
    EXPECT_NEAR(error.error_bound(kU), forward, 0.01 * forward);
  }
}

// Block by block, as Eigen's matrix product: each block starts at 0 and is added to the result times 1.
TEST(RunningError, OfASumDoesNotDependOnItsBlocks) {
  const std::vector<float> x = random_floats(784, 0), y = random_floats(784, 1);
  const std::vector<RunningError> terms = products<RunningError>(x, y);
  RunningError total = 0;
  for (auto block = terms.begin(); block != terms.end(); block += 112)
    total += RunningError(1) * sum(std::vector<RunningError>(block, block + 112), Order::forward);
  EXPECT_GE(total.depth(), 784);
  EXPECT_LE(total.depth(), 784 + 8);
  const double forward = dot<RunningError>(x, y).error_bound(kU);
  EXPECT_NEAR(total.error_bound(kU), forward, 0.02 * forward);
}

TEST(RunningError, OfADifferenceThatCancelsKeepsItsError) {
  const RunningError difference = (RunningError(1e4) + RunningError(1e-3)) - RunningError(1e4);
  EXPECT_NEAR(difference.value, 1e-3, 1e-10);
  EXPECT_GE(difference.error_bound(kU), 2e4 * kU);
  expect_bounded((1e4F + 1e-3F) - 1e4F, 1e-3F, (RunningError(1e4F) + RunningError(1e-3F)) - RunningError(1e4F));
}

// Sizes pushed through products alone would bound y·(1 - y) by (|x| + 2)²: a thousand times the error of
// two layers of sigmoids.
TEST(RunningError, OfASigmoidsDerivativeIsTight) {
  const auto y = sigmoid(RunningError(0.7));
  EXPECT_LT((y * (RunningError(1) - y)).error_bound(kU), 8 * kU);
}

TEST(RunningError, BoundsSumsInAnyOrder) {
  for (std::uint32_t test = 0; test < 200; ++test) {
    const std::size_t count = 1 + test * 5;
    const std::vector<float> x = random_floats(count, test);
    const long double exact = std::accumulate(x.begin(), x.end(), 0.0L);
    const std::vector<RunningError> errors(x.begin(), x.end());
    for (const Order order : kOrders)
      for (const Order other : kOrders) expect_bounded(sum(x, order), exact, sum(errors, other));
  }
}

TEST(RunningError, BoundsDotProductsInAnyOrder) {
  for (std::uint32_t test = 0; test < 200; ++test) {
    const std::size_t count = 1 + test * 5;
    const std::vector<float> x = random_floats(count, 2 * test), y = random_floats(count, 2 * test + 1);
    const auto error = dot<RunningError>(x, y);
    for (const Order order : kOrders)
      expect_bounded(dot<float>(x, y, order), dot<long double>(x, y), error);
  }
}

TEST(RunningError, BoundsProducts) {
  for (std::uint32_t test = 0; test < 500; ++test) {
    const std::vector<float> x = random_floats(30, test, 0.5, 2);
    const auto product = []<typename T>(const std::vector<float>& factors, T one) {
      return std::accumulate(factors.begin(), factors.end(), one, [](T a, float b) { return a * T(b); });
    };
    expect_bounded(product(x, 1.0F), product(x, 1.0L), product(x, RunningError(1)));
  }
}

TEST(RunningError, BoundsSigmoidsOfSums) {
  for (std::uint32_t test = 0; test < 500; ++test) {
    const std::vector<float> x = random_floats(50, 2 * test, -3, 3), w = random_floats(50, 2 * test + 1);
    const auto derivative = []<typename T>(const T& y) { return y * (T(1) - y); };
    const auto y = sigmoid(dot<float>(x, w));
    const auto exact = sigmoid(dot<long double>(x, w));
    const auto error = sigmoid(dot<RunningError>(x, w));
    expect_bounded(y, exact, error);
    expect_bounded(derivative(y), derivative(exact), derivative(error));
  }
}

TEST(RunningError, BoundsSaturatedSigmoids) {
  for (float x = -80; x <= 80; x += 0.37F)
    expect_bounded(sigmoid(x), sigmoid<long double>(x), sigmoid(RunningError(x)));
}

TEST(RunningError, BoundsLogSumExp) {
  for (std::uint32_t test = 0; test < 500; ++test) {
    const std::vector<float> x = random_floats(1 + test, test, -4, 4);
    expect_bounded(log_sum_exp<float>(x), log_sum_exp<long double>(x), log_sum_exp<RunningError>(x));
  }
}

// One expression, evaluated three ways.
struct Expression {
  float computed;
  long double exact;
  RunningError error;

  explicit Expression(float leaf) : computed(leaf), exact(leaf), error(leaf) {}
  template <typename F>
  Expression(const Expression& x, const Expression& y, F f)
      : computed(f(x.computed, y.computed)),
        exact(f(x.exact, y.exact)),
        error(f(x.error, y.error)) {}

  // Away from 0 by far more than the rounding errors: to first order, as the bound is, one may divide by it.
  bool is_safe_divisor() const { return std::abs(exact) > std::max(0.1, 1000 * error.error_bound(kU)); }
  bool has_moderate_size() const { return exact == 0 || (std::abs(exact) > 1e-9 && std::abs(exact) < 1e9); }
};

Expression random_expression(const RandomStream& stream, std::uint64_t& n, int levels) {
  if (levels == 0) return Expression(static_cast<float>(stream.uniform(n++, -2, 2)));
  const Expression x = random_expression(stream, n, levels - 1);
  const Expression y = random_expression(stream, n, levels - 1);
  const Expression product(x, y, [](auto a, auto b) { return a * b; });
  const std::uint64_t choice = stream.below(n++, 6);
  if (choice == 0) return {x, y, [](auto a, auto b) { return a - b; }};
  if (choice == 1 && product.has_moderate_size()) return product;
  if (choice == 2 && y.is_safe_divisor()) return {x, y, [](auto a, auto b) { return a / b; }};
  if (choice == 3 && std::abs(x.exact) < 10) {
    return {x, y, [](auto a, auto b) {
              using std::exp;
              return exp(a) + b;
            }};
  }
  if (choice == 4 && x.exact > 0 && x.is_safe_divisor()) {
    return {x, y, [](auto a, auto b) {
              using std::log;
              return log(a) - b;
            }};
  }
  return {x, y, [](auto a, auto b) { return a + b; }};
}

TEST(RunningError, BoundsRandomExpressions) {
  int inexact = 0;
  for (std::uint32_t test = 0; test < 3000; ++test) {
    std::uint64_t n = 0;
    const Expression x = random_expression(RandomStream(12, Purpose::test_data, test), n, 1 + test % 6);
    expect_bounded(x.computed, x.exact, x.error);
    inexact += x.computed != x.exact;
  }
  EXPECT_GT(inexact, 2500) << "expressions that are exact test nothing";
}

// The bound is no larger than it must be: n roundings of one sign reach it.
TEST(RunningError, IsReachedByRoundingsOfOneSign) {
  std::vector<float> x(10000, 0x1p-24F);  // each is half a unit of the sum, and rounded away
  x.front() = 1;
  const float computed = sum(x, Order::forward);
  const std::vector<RunningError> errors(x.begin(), x.end());
  const long double exact = std::accumulate(x.begin(), x.end(), 0.0L);
  for (const Order order : kOrders) {
    const RunningError error = sum(errors, order);
    expect_bounded(computed, exact, error);
    EXPECT_GT(gap(computed, exact), 0.99 * error.error_bound(kU));
  }
}

// Measured on dot products of 1,000 terms: the bound is 560 times the largest of 100 errors where the signs
// vary, 40 times where all terms are positive; the largest errors are 0.06 and 0.8 of the likely one.
TEST(RunningError, IsNotAbsurdlyLooseForADotProduct) {
  for (const auto& [low, factor] : {std::pair{-1.0, 1000}, std::pair{0.0, 100}}) {
    double of_bound = 0, of_likely = 0;
    for (std::uint32_t test = 0; test < 100; ++test) {
      const std::vector<float> x = random_floats(1000, 2 * test, low),
                               y = random_floats(1000, 2 * test + 1, low);
      const auto error = dot<RunningError>(x, y);
      const double actual = gap(dot<float>(x, y), dot<long double>(x, y));
      of_bound = std::max(of_bound, actual / error.error_bound(kU));
      of_likely = std::max(of_likely, actual / error.likely_error(kU));
    }
    EXPECT_GT(of_bound, 1.0 / factor) << "from " << low;
    EXPECT_LT(of_likely, 2) << "from " << low;
  }
}

}  // namespace
}  // namespace twin
