#include "shared/compare/finite_differences.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <numeric>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

NamedTensors named(const char* name, std::vector<double> values) {
  NamedTensors tensors;
  const auto size = static_cast<std::int64_t>(values.size());
  tensors.add({name, {size}, std::move(values)});
  return tensors;
}

LossFunction sum_of(double (*f)(double)) {
  return [f](const NamedTensors& point) {
    double sum = 0;
    for (const double x : point.at("x").data<double>()) sum += f(x);
    return sum;
  };
}

CheckRow judge(double (*f)(double), std::vector<double> at, std::vector<double> gradient,
               const FiniteDifferenceOptions& options = {}) {
  return judge_by_finite_differences(sum_of(f), named("x", std::move(at)), named("x", std::move(gradient)),
                                     "mine", options)
      .at(0);
}

double relu(double x) { return x > 0 ? x : 0; }

TEST(FiniteDifferences, DoNotLookAtWhatIsLeftOut) {
  const std::vector<double> few{0.3, -0.2}, wrong{std::cos(0.3), 17};
  const auto sine = [](double x) { return std::sin(x); };
  EXPECT_EQ(judge(sine, few, wrong).verdict, Verdict::fail);
  const auto second = [](const std::string& tensor, std::size_t i) { return tensor == "x" && i == 1; };
  EXPECT_EQ(judge(sine, few, wrong, {.leaves_out = second}).verdict, Verdict::pass);
  EXPECT_EQ(
      judge(sine, few, wrong, {.leaves_out = [](const auto&, std::size_t i) { return i == 0; }}).verdict,
      Verdict::fail);

  // So many that directions go through all of them.
  std::vector<double> many(100, 0.3), gradient(100, std::cos(0.3));
  for (std::size_t i = 40; i < 60; ++i) gradient[i] = -1;
  const auto middle = [](const std::string&, std::size_t i) { return i >= 40 && i < 60; };
  EXPECT_EQ(judge(sine, many, gradient).verdict, Verdict::fail);
  EXPECT_EQ(judge(sine, many, gradient, {.leaves_out = middle}).verdict, Verdict::pass);
  const auto all = [](const std::string&, std::size_t) { return true; };
  EXPECT_EQ(judge(sine, many, gradient, {.leaves_out = all}).verdict, Verdict::unchecked);
}

TEST(FiniteDifferences, PassARightDerivativeAndFailOneThatIsOffByAMillionth) {
  struct Function {
    const char* name;
    double (*f)(double);
    double (*derivative)(double);
  };
  const Function functions[] = {
      {"exp", [](double x) { return std::exp(x); }, [](double x) { return std::exp(x); }},
      {"sin 20x", [](double x) { return std::sin(20 * x); }, [](double x) { return 20 * std::cos(20 * x); }},
      {"cube", [](double x) { return x * x * x; }, [](double x) { return 3 * x * x; }},
      {"steep sigmoid", [](double x) { return 1 / (1 + std::exp(-100 * x)); },
       [](double x) {
         const double y = 1 / (1 + std::exp(-100 * x));
         return 100 * y * (1 - y);
       }},
      {"log", [](double x) { return std::log(x + 3); }, [](double x) { return 1 / (x + 3); }},
  };
  for (const auto& [name, f, derivative] : functions)
    for (const double x : {-0.7, 0.013, 0.3, 1.9}) {
      const double right = derivative(x);
      if (std::abs(right) < 1e-3 * std::abs(f(x))) continue;  // rounding of the loss hides so small a slope
      EXPECT_EQ(judge(f, {x}, {right}).verdict, Verdict::pass) << name << " at " << x;
      EXPECT_EQ(judge(f, {x}, {right * (1 + 1e-6)}).verdict, Verdict::fail) << name << " at " << x;
    }
}

// A step that is too long for one parameter suits another: each gets its own.
TEST(FiniteDifferences, FindTheStepThatSuitsEachParameter) {
  const LossFunction loss = [](const NamedTensors& point) {
    const std::span<const double> x = point.at("x").data<double>();
    return std::sin(3000 * x[0]) + std::exp(1e-2 * x[1]);
  };
  const std::vector<double> at{0.01, 2};
  const std::vector<double> right{3000 * std::cos(3000 * at[0]), 1e-2 * std::exp(1e-2 * at[1])};
  const CheckRow row = judge_by_finite_differences(loss, named("x", at), named("x", right), "mine").at(0);
  EXPECT_EQ(row.verdict, Verdict::pass);
  EXPECT_EQ(row.unchecked_share, 0);
}

TEST(FiniteDifferences, ReportAKinkAndDoNotFailIt) {
  // At the kink any slope between 0 and 1 is a subgradient; beside it there is one derivative.
  for (const double slope : {0.0, 0.25, 1.0})
    EXPECT_EQ(judge(relu, {0}, {slope}).verdict, Verdict::kink) << slope;
  for (const double slope : {-0.01, 1.01, 2.0})
    EXPECT_EQ(judge(relu, {0}, {slope}).verdict, Verdict::fail) << slope;
  EXPECT_EQ(judge(relu, {0.01}, {1}).verdict, Verdict::pass);
  EXPECT_EQ(judge(relu, {-0.01}, {0.0}).verdict, Verdict::pass);
  EXPECT_EQ(judge(relu, {0.01}, {0.0}).verdict, Verdict::fail);
  EXPECT_EQ(judge(relu, {-0.01}, {1}).verdict, Verdict::fail);
}

TEST(FiniteDifferences, AKinkExcusesNoOtherElement) {
  EXPECT_EQ(judge(relu, {0, 1}, {0.25, 1}).verdict, Verdict::kink);
  const CheckRow row = judge(relu, {0, 1}, {0.25, 2});
  EXPECT_EQ(row.verdict, Verdict::fail);
  EXPECT_EQ(row.gap.index, 1);
}

// Kinks on every scale, as in a deep network of rectifiers, but none nearer than a millionth.
TEST(FiniteDifferences, AreNotLedAstrayByKinksWithinTheSteps) {
  const RandomStream random(1, Purpose::test_data);
  std::vector<double> at, weight;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const double side = i % 2 ? 1 : -1;
    at.push_back(side * std::exp2(random.uniform(2 * i, -19, -3)));
    weight.push_back(random.uniform(2 * i + 1, -1, 1));
  }
  for (std::size_t probe = 0; probe < 100; ++probe) {
    const LossFunction loss = [&](const NamedTensors& point) {
      const double x = point.at("x").data<double>()[0];
      double sum = std::exp(x);
      for (std::size_t i = probe; i < probe + 100; ++i) sum += weight[i] * std::abs(x - at[i]);
      return sum;
    };
    double right = 1;
    for (std::size_t i = probe; i < probe + 100; ++i) right += at[i] > 0 ? -weight[i] : weight[i];
    const auto verdict = [&](double gradient) {
      return judge_by_finite_differences(loss, named("x", {0}), named("x", {gradient}), "mine").at(0).verdict;
    };
    EXPECT_EQ(verdict(right), Verdict::pass) << probe;
    EXPECT_EQ(verdict(right + 0.001), Verdict::fail) << probe;
  }
}

TEST(FiniteDifferences, LookAtLargeTensorsAlongRandomDirections) {
  std::vector<double> at(1000), right(1000);
  for (std::size_t i = 0; i < at.size(); ++i) {
    at[i] = std::sin(static_cast<double>(i));
    right[i] = 3 * at[i] * at[i];
  }
  const auto cube = [](double x) { return x * x * x; };
  EXPECT_EQ(judge(cube, at, right).verdict, Verdict::pass);
  // One element in a thousand: the sampled entries miss it, the directions do not.
  right[567] += 1e-3;
  EXPECT_EQ(judge(cube, at, right, {.entries = 1}).verdict, Verdict::fail);
}

// Along a direction the parts of a linear loss cancel, and each of them has been rounded by then.
TEST(FiniteDifferences, KnowThatPartsThatCancelAreRounded) {
  for (Seed seed = 1; seed <= 500; ++seed) {
    const RandomStream stream(seed, Purpose::test_data);
    std::vector<double> at(50), slopes(50);
    for (std::size_t i = 0; i < at.size(); ++i) {
      at[i] = stream.uniform(2 * i, -1e-6, 1e-6);
      slopes[i] = stream.uniform(2 * i + 1, -1, 1);
    }
    const LossFunction linear = [&](const NamedTensors& point) {
      const std::span<const double> x = point.at("x").data<double>();
      return std::inner_product(x.begin(), x.end(), slopes.begin(), 0.0);
    };
    const CheckRow row = judge_by_finite_differences(linear, named("x", at), named("x", slopes), "mine",
                                                     {.seed = seed, .loss_rounding = 1e-21})
                             .at(0);
    EXPECT_EQ(row.verdict, Verdict::pass)
        << "seed " << seed << ": " << row.gap.max_abs << " beyond " << row.bound;
  }
}

TEST(FiniteDifferences, FailANanAndAnInfinity) {
  const auto square = [](double x) { return x * x; };
  EXPECT_EQ(judge(square, {1}, {std::nan("")}).verdict, Verdict::fail);
  EXPECT_EQ(judge(square, {1}, {HUGE_VAL}).verdict, Verdict::fail);
}

TEST(FiniteDifferences, RefuseALossThatIsNotFinite) {
  EXPECT_THROW_MESSAGE(judge([](double) { return std::nan(""); }, {1}, {1}), NumericError, "the loss is nan",
                       "mine");
}

TEST(FiniteDifferences, RefuseAGradientOfNoTensor) {
  EXPECT_THROW_MESSAGE(judge_by_finite_differences(sum_of(relu), named("x", {1}), named("y", {1}), "mine"),
                       ShapeError, "y");
  EXPECT_THROW_MESSAGE(judge_by_finite_differences(sum_of(relu), named("x", {1}), named("x", {1, 2}), "mine"),
                       ShapeError, "expected 2, got 1");
}

}  // namespace
}  // namespace twin
