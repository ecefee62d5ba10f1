#include "shared/compare/compare.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

NamedTensors one(const char* name, Shape shape, Tensor::Values values) {
  NamedTensors tensors;
  tensors.add({name, std::move(shape), std::move(values)});
  return tensors;
}

NamedTensors weight(std::vector<double> values) {
  const auto size = static_cast<std::int64_t>(values.size());
  return one("weight", {size}, std::move(values));
}

TEST(Compare, MatchesUpToRounding) {
  const NamedTensors reference = weight({1, -2, 3});
  EXPECT_TRUE(compare(weight({1, -2, 3 * (1 + 0x1p-52)}), reference).match());
  EXPECT_FALSE(compare(weight({1, -2, 3 * (1 + 1e-13)}), reference).match());
  EXPECT_TRUE(compare(weight({1, -2, 3 * (1 + 1e-13)}), reference, {.roundings = 1e4}).match());
  const auto single = [](float third) { return one("weight", {3}, std::vector<float>{1, -2, third}); };
  EXPECT_TRUE(compare(single(3 * (1 + 1e-6F)), single(3)).match());
  EXPECT_FALSE(compare(single(3 * (1 + 1e-5F)), single(3)).match());
}

TEST(Compare, ScalesWithTheTensor) {
  for (const double scale : {1e-200, 1e-8, 1.0, 1e200}) {
    const NamedTensors reference = weight({scale, -2 * scale, 3 * scale});
    EXPECT_TRUE(compare(reference, reference).match());
    EXPECT_FALSE(compare(weight({scale, -2 * scale, 3.000001 * scale}), reference).match()) << scale;
    EXPECT_FALSE(compare(weight({0, 0, 0}), reference).match()) << scale;
  }
  EXPECT_TRUE(compare(weight({0, 0}), weight({0, 0})).match());
  EXPECT_FALSE(compare(weight({0, 1e-300}), weight({0, 0})).match());
}

TEST(Compare, ExplainsAMismatch) {
  const Comparison result = compare(weight({4, -8, 12}), weight({1, -2, 3}),
                                    {.actual = "mine", .expected = "torch", .batch_size = 4});
  EXPECT_FALSE(result.match());
  EXPECT_THAT(result.text(), AllOf(HasSubstr("weight of mine"), HasSubstr("12"), HasSubstr("fail"),
                                   HasSubstr("mine = 4 × torch in all 3 entries; 4 is the batch size")));
}

TEST(Compare, RefusesWhatCannotBeCompared) {
  const NamedTensors reference = weight({1, 2, 3});
  const CompareOptions sides{.actual = "A", .expected = "B"};
  const auto refuses = [&](const NamedTensors& actual, const NamedTensors& expected, auto... parts) {
    EXPECT_THROW_MESSAGE(compare(actual, expected, sides), Error, parts...);
  };
  refuses({}, reference, "weight is in B alone");
  refuses(reference, {}, "weight is in A alone");
  refuses({}, {}, "no tensors");
  refuses(weight({1, 2}), reference, "weight is 2 in A and 3 in B");
  refuses(one("weight", {3}, std::vector<float>{1, 2, 3}), reference,
          "weight is float32 in A and float64 in B");
  refuses(weight({}), weight({}), "weight is empty");
  refuses(one("weight", {1}, std::vector<std::int64_t>{1}), one("weight", {1}, std::vector<std::int64_t>{1}),
          "int64");
}

TEST(Compare, NeverTakesNanOrInfinityForEqual) {
  const CompareOptions sides{.actual = "A", .expected = "B"};
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_THROW_MESSAGE(compare(weight({1, bad}), weight({1, 2}), sides), NumericError, "weight holds",
                         "at element 1", "A");
    EXPECT_THROW_MESSAGE(compare(weight({1, 2}), weight({1, bad}), sides), NumericError, "weight holds",
                         "at element 1", "B");
    EXPECT_THROW_MESSAGE(compare(weight({1, bad}), weight({1, bad}), sides), NumericError, "weight holds");
  }
}

// loss = Σ x³
double cubes(const NamedTensors& point) {
  double sum = 0;
  for (const double x : point.at("x").data<double>()) sum += x * x * x;
  return sum;
}

GradientFunction cubes_gradient(double factor) {
  return [factor](const NamedTensors& point) {
    std::vector<double> values = point.at("x").to_doubles();
    for (double& value : values) value = factor * value * value;
    return one("x", point.at("x").shape(), std::move(values));
  };
}

TEST(CompareFunctions, LetsFiniteDifferencesNameTheCulprit) {
  const NamedTensors point = one("x", {3}, std::vector<double>{0.5, -1.5, 2});
  const CompareOptions sides{.actual = "mine", .expected = "theirs"};
  EXPECT_TRUE(compare(cubes_gradient(3), cubes_gradient(3), point, sides, cubes).match());
  const auto verdict = [&](double mine, double theirs) {
    const Comparison result = compare(cubes_gradient(mine), cubes_gradient(theirs), point, sides, cubes);
    EXPECT_FALSE(result.match());
    return result.culprit;
  };
  EXPECT_EQ(verdict(2, 3), "Finite differences side with theirs: mine is wrong.");
  EXPECT_EQ(verdict(3, 2), "Finite differences side with mine: theirs is wrong.");
  EXPECT_EQ(verdict(1, 2), "Finite differences agree neither with mine nor with theirs.");
  EXPECT_EQ(verdict(2, 2), "Finite differences agree neither with mine nor with theirs.");
  EXPECT_EQ(compare(cubes_gradient(2), cubes_gradient(3), point, sides).culprit, "");
}

TEST(CompareFunctions, FindsWhatDiffersFromCallToCall) {
  int calls = 0;
  const GradientFunction unsteady = [&](const NamedTensors& point) {
    return cubes_gradient(3 + 1e-15 * calls++)(point);
  };
  const NamedTensors point = one("x", {3}, std::vector<double>{0.5, -1.5, 2});
  const Comparison result = compare(unsteady, cubes_gradient(3), point);
  EXPECT_FALSE(result.match());
  EXPECT_THAT(result.text(), HasSubstr("itself"));
}

}  // namespace
}  // namespace twin
