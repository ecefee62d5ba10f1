#include "shared/compare/magnitude.hpp"

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

double error(float computed, long double exact) { return static_cast<double>(std::abs(computed - exact)); }

void expect_bounded(float computed, long double exact, const Magnitude& magnitude) {
  EXPECT_LE(error(computed, exact), magnitude.error_bound(kU));
  EXPECT_LE(static_cast<double>(std::abs(magnitude.value - exact)), magnitude.error_bound(0x1p-53));
}

TEST(Magnitude, OfAnExactNumberBoundsNoError) {
  const Magnitude x = -3.5;
  EXPECT_EQ(x.value, -3.5);
  EXPECT_EQ(x.depth(), 0);
  EXPECT_EQ(x.error_bound(kU), 0);
  EXPECT_EQ(Magnitude().error_bound(kU), 0);
}

TEST(Magnitude, BoundFollowsHigham) {
  const Magnitude x(1, 8, 100);
  EXPECT_DOUBLE_EQ(x.error_bound(0.001), 8 * 0.001 / 0.9);
  EXPECT_DOUBLE_EQ(x.likely_error(0.001), 8 * 0.001);
}

// Beyond k·u = 1 the bound would turn negative, and call any difference too large.
TEST(Magnitude, BoundsNothingAfterTooManyRoundings) {
  EXPECT_EQ(Magnitude(1, 1, 0x1p24).error_bound(kU), std::numeric_limits<double>::infinity());
  EXPECT_EQ(Magnitude(1, 1, 0x1p30).error_bound(kU), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isfinite(Magnitude(1, 1, 0x1p23).error_bound(kU)));
}

// exp(800) overflows on its way to a sigmoid of 0, whose error it leaves unknown.
TEST(Magnitude, BoundsNothingAfterAnOverflow) {
  const Magnitude y = sigmoid(Magnitude(-800));
  EXPECT_EQ(y.value, 0);
  EXPECT_EQ(y.error_bound(kU), std::numeric_limits<double>::infinity());
  EXPECT_EQ(y.likely_error(kU), std::numeric_limits<double>::infinity());
}

TEST(Magnitude, ComputesWithTheValue) {
  const Magnitude x = 3, y = -4;
  EXPECT_EQ((x + y).value, -1);
  EXPECT_EQ((x - y).value, 7);
  EXPECT_EQ((x * y).value, -12);
  EXPECT_EQ((x / y).value, -0.75);
  EXPECT_EQ((-x).value, -3);
  EXPECT_EQ(abs(y).value, 4);
  EXPECT_EQ(exp(x).value, std::exp(3.0));
  EXPECT_EQ(log(x).value, std::log(3.0));
  EXPECT_TRUE(y < x && x > y && x == Magnitude(3, 99, 9) && x != y);
  EXPECT_TRUE(isfinite(x));
  EXPECT_FALSE(isfinite(x / 0));
  Magnitude z = x;
  z += y;
  z *= y;
  z -= x;
  z /= x;
  EXPECT_EQ(z.value, ((3.0 - 4) * -4 - 3) / 3);
}

TEST(Magnitude, FollowsTheRulesOfItsHeader) {
  const Magnitude x(3, 5, 2), y(-4, 7, 6);
  const auto expect = [](const Magnitude& actual, double error, double depth) {
    constexpr double kTiny = 0x1p-60;  // leaves the terms of higher order out
    EXPECT_DOUBLE_EQ(actual.error_bound(kTiny) / kTiny, error);
    EXPECT_EQ(actual.depth(), depth);
  };
  expect(x + y, 5 + 7 + (3 + 4), 7);
  expect(x - y, 5 + 7 + (3 + 4), 7);
  expect((x + x) + (x + y), 5 + 5 + 5 + 7 + 3 * (3 + 3 + 3 + 4), 6 + 3);
  expect(x * y, 3 * 7 + 4 * 5 + 12, 9);
  expect((x + y) * y, 1 * 7 + 4 * (5 + 7 + 7) + 4, 7 + 6 + 1);  // a product is one term again
  expect(x * Magnitude(1), 5, 2);
  expect(Magnitude(1) * y, 7, 6);
  expect(x * Magnitude(1, 1, 1), 3 * 1 + 1 * 5 + 3, 4);
  expect(x / y, (5 + 0.75 * 7) / 4 + 0.75, 7);
  expect(-y, 7, 6);
  expect(abs(y), 7, 6);
  expect(exp(x), std::exp(3) * (5 + Magnitude::kFunctionUlps), 2 + Magnitude::kFunctionUlps);
  expect(log(x), 5.0 / 3 + Magnitude::kFunctionUlps * std::log(3), 2 + Magnitude::kFunctionUlps);
}

// A float sum may be taken in another order than the sum of magnitudes: the bound must allow for the worst.
TEST(Magnitude, OfASumDoesNotDependOnItsOrder) {
  const std::vector<float> x = random_floats(784, 0), y = random_floats(784, 1);
  const double forward = dot<Magnitude>(x, y).error_bound(kU);
  for (const Order order : kOrders) {
    const auto magnitude = dot<Magnitude>(x, y, order);
    EXPECT_GE(magnitude.depth(), 784);  // one product, 783 additions
    EXPECT_LE(magnitude.depth(), 784 + 4) << "but for the zeros that sums begin with";
    EXPECT_NEAR(magnitude.error_bound(kU), forward, 0.01 * forward);
  }
}

// Block by block, as Eigen's matrix product: each block starts at 0 and is added to the result times 1.
TEST(Magnitude, OfASumDoesNotDependOnItsBlocks) {
  const std::vector<float> x = random_floats(784, 0), y = random_floats(784, 1);
  const std::vector<Magnitude> terms = products<Magnitude>(x, y);
  Magnitude total = 0;
  for (auto block = terms.begin(); block != terms.end(); block += 112)
    total += Magnitude(1) * sum(std::vector<Magnitude>(block, block + 112), Order::forward);
  EXPECT_GE(total.depth(), 784);
  EXPECT_LE(total.depth(), 784 + 8);
  const double forward = dot<Magnitude>(x, y).error_bound(kU);
  EXPECT_NEAR(total.error_bound(kU), forward, 0.02 * forward);
}

TEST(Magnitude, OfADifferenceThatCancelsKeepsItsError) {
  const Magnitude difference = (Magnitude(1e4) + Magnitude(1e-3)) - Magnitude(1e4);
  EXPECT_NEAR(difference.value, 1e-3, 1e-10);
  EXPECT_GE(difference.error_bound(kU), 2e4 * kU);
  expect_bounded((1e4F + 1e-3F) - 1e4F, 1e-3F, (Magnitude(1e4F) + Magnitude(1e-3F)) - Magnitude(1e4F));
}

// Magnitudes pushed through products alone would bound y·(1 - y) by (|x| + 2)²: a thousand times the error of
// two layers of sigmoids.
TEST(Magnitude, OfASigmoidsDerivativeIsTight) {
  const auto y = sigmoid(Magnitude(0.7));
  EXPECT_LT((y * (Magnitude(1) - y)).error_bound(kU), 8 * kU);
}

TEST(Magnitude, BoundsSumsInAnyOrder) {
  for (std::uint32_t test = 0; test < 200; ++test) {
    const std::size_t count = 1 + test * 5;
    const std::vector<float> x = random_floats(count, test);
    const long double exact = std::accumulate(x.begin(), x.end(), 0.0L);
    const std::vector<Magnitude> magnitudes(x.begin(), x.end());
    for (const Order order : kOrders)
      for (const Order other : kOrders) expect_bounded(sum(x, order), exact, sum(magnitudes, other));
  }
}

TEST(Magnitude, BoundsDotProductsInAnyOrder) {
  for (std::uint32_t test = 0; test < 200; ++test) {
    const std::size_t count = 1 + test * 5;
    const std::vector<float> x = random_floats(count, 2 * test), y = random_floats(count, 2 * test + 1);
    const auto magnitude = dot<Magnitude>(x, y);
    for (const Order order : kOrders)
      expect_bounded(dot<float>(x, y, order), dot<long double>(x, y), magnitude);
  }
}

TEST(Magnitude, BoundsProducts) {
  for (std::uint32_t test = 0; test < 500; ++test) {
    const std::vector<float> x = random_floats(30, test, 0.5, 2);
    const auto product = []<typename T>(const std::vector<float>& factors, T one) {
      return std::accumulate(factors.begin(), factors.end(), one, [](T a, float b) { return a * T(b); });
    };
    expect_bounded(product(x, 1.0F), product(x, 1.0L), product(x, Magnitude(1)));
  }
}

TEST(Magnitude, BoundsSigmoidsOfSums) {
  for (std::uint32_t test = 0; test < 500; ++test) {
    const std::vector<float> x = random_floats(50, 2 * test, -3, 3), w = random_floats(50, 2 * test + 1);
    const auto derivative = []<typename T>(const T& y) { return y * (T(1) - y); };
    const auto y = sigmoid(dot<float>(x, w));
    const auto exact = sigmoid(dot<long double>(x, w));
    const auto magnitude = sigmoid(dot<Magnitude>(x, w));
    expect_bounded(y, exact, magnitude);
    expect_bounded(derivative(y), derivative(exact), derivative(magnitude));
  }
}

TEST(Magnitude, BoundsSaturatedSigmoids) {
  for (float x = -80; x <= 80; x += 0.37F)
    expect_bounded(sigmoid(x), sigmoid<long double>(x), sigmoid(Magnitude(x)));
}

TEST(Magnitude, BoundsLogSumExp) {
  for (std::uint32_t test = 0; test < 500; ++test) {
    const std::vector<float> x = random_floats(1 + test, test, -4, 4);
    expect_bounded(log_sum_exp<float>(x), log_sum_exp<long double>(x), log_sum_exp<Magnitude>(x));
  }
}

// One expression, evaluated three ways.
struct Expression {
  float computed;
  long double exact;
  Magnitude magnitude;

  explicit Expression(float leaf) : computed(leaf), exact(leaf), magnitude(leaf) {}
  template <typename F>
  Expression(const Expression& x, const Expression& y, F f)
      : computed(f(x.computed, y.computed)),
        exact(f(x.exact, y.exact)),
        magnitude(f(x.magnitude, y.magnitude)) {}

  // Away from 0 by far more than the rounding errors: to first order, as the bound is, one may divide by it.
  bool is_safe_divisor() const { return std::abs(exact) > std::max(0.1, 1000 * magnitude.error_bound(kU)); }
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

TEST(Magnitude, BoundsRandomExpressions) {
  int inexact = 0;
  for (std::uint32_t test = 0; test < 3000; ++test) {
    std::uint64_t n = 0;
    const Expression x = random_expression(RandomStream(12, Purpose::test_data, test), n, 1 + test % 6);
    expect_bounded(x.computed, x.exact, x.magnitude);
    inexact += x.computed != x.exact;
  }
  EXPECT_GT(inexact, 2500) << "expressions that are exact test nothing";
}

// The bound is no larger than it must be: n roundings of one sign reach it.
TEST(Magnitude, IsReachedByRoundingsOfOneSign) {
  std::vector<float> x(10000, 0x1p-24F);  // each is half a unit of the sum, and rounded away
  x.front() = 1;
  const float computed = sum(x, Order::forward);
  const std::vector<Magnitude> magnitudes(x.begin(), x.end());
  const long double exact = std::accumulate(x.begin(), x.end(), 0.0L);
  for (const Order order : kOrders) {
    const Magnitude magnitude = sum(magnitudes, order);
    expect_bounded(computed, exact, magnitude);
    EXPECT_GT(error(computed, exact), 0.99 * magnitude.error_bound(kU));
  }
}

// Measured on dot products of 1,000 terms: the bound is 560 times the largest of 100 errors where the signs
// vary, 40 times where all terms are positive; the largest errors are 0.06 and 0.8 of the likely one.
TEST(Magnitude, IsNotAbsurdlyLooseForADotProduct) {
  for (const auto& [low, factor] : {std::pair{-1.0, 1000}, std::pair{0.0, 100}}) {
    double of_bound = 0, of_likely = 0;
    for (std::uint32_t test = 0; test < 100; ++test) {
      const std::vector<float> x = random_floats(1000, 2 * test, low),
                               y = random_floats(1000, 2 * test + 1, low);
      const auto magnitude = dot<Magnitude>(x, y);
      const double actual = error(dot<float>(x, y), dot<long double>(x, y));
      of_bound = std::max(of_bound, actual / magnitude.error_bound(kU));
      of_likely = std::max(of_likely, actual / magnitude.likely_error(kU));
    }
    EXPECT_GT(of_bound, 1.0 / factor) << "from " << low;
    EXPECT_LT(of_likely, 2) << "from " << low;
  }
}

}  // namespace
}  // namespace twin
