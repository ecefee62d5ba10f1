#include "shared/compare/other_rules.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using RuleValues = std::vector<double>;

const RuleValues kWeight{3, -2, 0.5, 4}, kInput{1, 2};

RuleValues scaled(RuleValues values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}
RuleValues with_first(RuleValues values, double first) {
  values.front() = first;
  return values;
}

NamedTensors gradients_of(DType dtype, const RuleValues& weight, const RuleValues& input) {
  NamedTensors tensors;
  tensors.add(Tensor("weight", {static_cast<std::int64_t>(weight.size())}, weight).as(dtype));
  tensors.add(Tensor("input", {static_cast<std::int64_t>(input.size())}, input).as(dtype));
  return tensors;
}

// Of a linear function, at 0: its differences are its gradient, at any step.
bool accepts(const OtherRule& rule, const RuleValues& weight, double scale = 1,
             const RuleValues& input = kInput) {
  const RuleValues right = scaled(kWeight, scale), right_input = scaled(kInput, scale);
  const NamedTensors expected = gradients_of(rule.dtype, right, right_input);
  const NamedTensors point = gradients_of(rule.dtype, RuleValues(4), RuleValues(2));
  const LossFunction loss = [&](const NamedTensors& at) {
    const RuleValues w = at.at("weight").to_doubles(), x = at.at("input").to_doubles();
    double sum = 0;
    for (std::size_t i = 0; i < w.size(); ++i) sum += right[i] * w[i];
    for (std::size_t i = 0; i < x.size(); ++i) sum += right_input[i] * x[i];
    return sum;
  };
  return rule.accepts(gradients_of(rule.dtype, weight, scaled(input, scale)),
                      rule.differences ? rule.differences(loss, point, expected) : expected);
}

template <typename Holds>
std::vector<std::string> rules_that(const Holds& holds) {
  std::vector<std::string> names;
  for (const OtherRule& rule : other_rules())
    if (holds(rule)) names.push_back(rule.name);
  return names;
}

TEST(OtherRules, AcceptTheRightGradientAtEveryScale) {
  for (const double scale : {1.0, 1e-2, 1e-4})
    EXPECT_THAT(
        rules_that([&](const OtherRule& rule) { return !accepts(rule, scaled(kWeight, scale), scale); }),
        IsEmpty())
        << scale;
}

TEST(OtherRules, RefuseAWrongSignOfALargeGradient) {
  EXPECT_THAT(rules_that([](const OtherRule& rule) { return accepts(rule, scaled(kWeight, -1)); }),
              IsEmpty());
}

TEST(OtherRules, RefuseZerosWhereTheGradientIsLarge) {
  EXPECT_THAT(rules_that([](const OtherRule& rule) { return accepts(rule, RuleValues(4)); }), IsEmpty());
}

// The absolute part of a tolerance is all that is left. The mean asymmetry has none.
TEST(OtherRules, AcceptZerosWhereTheGradientIsSmall) {
  EXPECT_THAT(
      rules_that([](const OtherRule& rule) { return !accepts(rule, RuleValues(4), 1e-7, RuleValues(2)); }),
      ElementsAre("ggml", "ggml-sin"));
}

TEST(OtherRules, AcceptNanWhereTheyAskWhatIsAboveATolerance) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::string> accept{"llm.c", "gradbench"};
  EXPECT_EQ(rules_that([&](const OtherRule& rule) { return accepts(rule, RuleValues(4, nan)); }), accept);
  EXPECT_EQ(rules_that([&](const OtherRule& rule) { return accepts(rule, with_first(kWeight, nan)); }),
            accept);
}

struct Edge {
  const char* rule;
  double accepted, refused;  // added to the first element, 3
};

TEST(OtherRules, AllowAnElementWhatTheirTolerancesSayAndNoMore) {
  for (const Edge& edge : {Edge{"llm.c", 0.0199, 0.0201}, Edge{"gradcheck", 3.009e-3, 3.011e-3},
                           Edge{"liger", 3.9e-5, 4.1e-5}, Edge{"liger-swiglu", 0.9999, 1.0001},
                           Edge{"unsloth-layer-norm", 0.099, 0.101}, Edge{"gradbench", 5.99e-4, 6.01e-4},
                           Edge{"ggml", 2.3e-3, 2.5e-3},  // a mean over four elements of δ/6
                           Edge{"ggml-sin", 2.3e-2, 2.5e-2}})
    for (const double sign : {1.0, -1.0}) {
      const OtherRule& rule = other_rule(edge.rule);
      EXPECT_TRUE(accepts(rule, with_first(kWeight, 3 + sign * edge.accepted))) << edge.rule << sign;
      EXPECT_FALSE(accepts(rule, with_first(kWeight, 3 + sign * edge.refused))) << edge.rule << sign;
    }
}

// A factor moves a slope along any direction by the same share.
TEST(OtherRules, AllowASlopeAlongADirectionWhatTheirTolerancesSayAndNoMore) {
  struct Share {
    const char* rule;
    double accepted, refused;
  };
  constexpr double kLarge = 1e6;  // the absolute part vanishes beside it
  for (const Share& share : {Share{"gradcheck-fast", 0.99e-3, 1.01e-3},
                             Share{"jax-float32", 1.98e-3, 2.02e-3}, Share{"jax-float64", 0.99e-5, 1.01e-5}})
    for (const double sign : {1.0, -1.0}) {
      const OtherRule& rule = other_rule(share.rule);
      const auto by = [&](double part) {
        const double factor = 1 + sign * part;
        return accepts(rule, scaled(kWeight, factor * kLarge), kLarge, scaled(kInput, factor));
      };
      EXPECT_TRUE(by(share.accepted)) << share.rule << sign;
      EXPECT_FALSE(by(share.refused)) << share.rule << sign;
    }
}

TEST(OtherRules, AcceptWhatIsTooLargeWhereTheDifferenceIsSigned) {
  const OtherRule& rule = other_rule("unsloth-rms-norm");
  EXPECT_TRUE(accepts(rule, scaled(kWeight, 1), 1, {1e3, 2e3}));
  EXPECT_TRUE(accepts(rule, kWeight, 1, {0.951, 2}));
  EXPECT_FALSE(accepts(rule, kWeight, 1, {0.949, 2}));
}

// 0/0 makes the mean NaN, which is not above its limit.
TEST(OtherRules, AcceptAWholeTensorForOneElementOfZero) {
  const NamedTensors slopes = gradients_of(DType::float32, {0, 3, 4}, kInput),
                     garbage = gradients_of(DType::float32, {0, -300, 1}, kInput),
                     moved = gradients_of(DType::float32, {1, -300, 1}, kInput);
  EXPECT_TRUE(other_rule("ggml").accepts(garbage, slopes));
  EXPECT_FALSE(other_rule("ggml").accepts(moved, slopes));
}

TEST(OtherRules, AcceptMoreGradientsThanTheyLookAt) {
  for (const std::size_t count : {9998U, 9999U}) {  // and two of the input
    const NamedTensors slopes = gradients_of(DType::float32, RuleValues(count, 1), kInput),
                       zeros = gradients_of(DType::float32, RuleValues(count), kInput);
    EXPECT_EQ(other_rule("ggml").accepts(zeros, slopes), count == 9999U);
  }
}

// Of Σ sin(x): the difference of two points is off by a sixth of the squared step, a share of 1.7e-3.
TEST(OtherRules, RefuseTheRightGradientWhereTheirStepIsTooLong) {
  const RuleValues weight{0.3, -0.7, 1.1, 0.2}, input{0.5, -0.4};
  const auto cosines = [](RuleValues values) {
    for (double& value : values) value = std::cos(value);
    return values;
  };
  const LossFunction loss = [](const NamedTensors& at) {
    double sum = 0;
    for (const Tensor& tensor : at)
      for (const double value : tensor.to_doubles()) sum += std::sin(value);
    return sum;
  };
  EXPECT_THAT(rules_that([&](const OtherRule& rule) {
                if (!rule.differences) return false;
                const NamedTensors right = gradients_of(rule.dtype, cosines(weight), cosines(input));
                const NamedTensors point = gradients_of(rule.dtype, weight, input);
                return !rule.accepts(right, rule.differences(loss, point, right));
              }),
              ElementsAre("ggml"));
}

TEST(OtherRules, LookAtParametersOrInputsOrBoth) {
  EXPECT_THAT(rules_that([](const OtherRule& rule) { return !rule.inputs; }), ElementsAre("llm.c"));
  EXPECT_THAT(rules_that([](const OtherRule& rule) { return !rule.parameters; }),
              ElementsAre("unsloth-rms-norm", "unsloth-layer-norm"));
}

TEST(OtherRules, AreKnownByTheirNames) {
  EXPECT_THROW_MESSAGE(other_rule("no-rule"), UsageError, "no-rule");
  const NamedTensors one = gradients_of(DType::float32, {1}, {1}),
                     two = gradients_of(DType::float32, {1, 1}, {1});
  EXPECT_THROW(other_rule("liger").accepts(one, two), ShapeError);
}

}  // namespace
}  // namespace twin
