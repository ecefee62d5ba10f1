#include "shared/compare/gtest.hpp"

#include <gtest/gtest-spi.h>
#include <limits>

#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

using testing::Not;
using testing::StartsWith;

NamedTensors named(std::vector<Tensor> tensors) {
  NamedTensors result;
  for (Tensor& tensor : tensors) result.add(std::move(tensor));
  return result;
}

const NamedTensors kReference =
    named({Tensor("weight", {3, 2}, std::vector<double>{0.5, -1.25, 2, 0.75, -0.3, 1.5}),
           Tensor("bias", {2}, std::vector<double>{-0.7, 0.9})});

NamedTensors with(std::string_view name, std::size_t index, double value) {
  NamedTensors changed = kReference;
  changed.at(name).data<double>()[index] = value;
  return changed;
}

NamedTensors times(double factor) {
  NamedTensors scaled = kReference;
  for (Tensor& tensor : scaled)
    for (double& value : tensor.data<double>()) value *= factor;
  return scaled;
}

std::string message(const NamedTensors& actual, const CompareOptions& options = {}) {
  const testing::AssertionResult result = gradients_match(actual, kReference, options);
  EXPECT_FALSE(result);
  return result.message();
}

TEST(GradientsMatch, SucceedsOnEqualTensors) {
  EXPECT_GRADIENTS_MATCH(kReference, kReference);
  EXPECT_GRADIENTS_MATCH(kReference, kReference, {.batch_size = 32, .parameters = kReference});
  ASSERT_GRADIENTS_MATCH(with("weight", 2, 2 * (1 + 4e-16)), kReference) << "rounding is no mismatch";
  EXPECT_STREQ(gradients_match(kReference, kReference).message(), "");
}

TEST(GradientsMatch, ShowsTensorElementAndBothValues) {
  const std::string text = message(with("weight", 3, 0.625));
  EXPECT_THAT(text, StartsWith("tensors that differ: 1 of 2\n"));
  EXPECT_THAT(text, testing::ContainsRegex("weight of actual +expected +3 +0.625 +0.75 .*fail"));
  EXPECT_THAT(text, testing::ContainsRegex("bias of actual +expected .*pass"));
}

TEST(GradientsMatch, ShowsTheDiagnosis) {
  EXPECT_THAT(
      message(times(32), {.actual = "mine", .expected = "torch", .batch_size = 32}),
      AllOf(StartsWith("tensors that differ: 2 of 2\n"), mentions("mine = 32 × torch", "the batch size")));
}

TEST(GradientsMatch, FailsOnBadInputWithItsMessage) {
  EXPECT_THAT(message(with("bias", 1, std::numeric_limits<double>::quiet_NaN())),
              mentions("numeric: bias holds nan at element 1", "actual"));
  NamedTensors other = kReference;
  other.add(Tensor("extra", {1}, std::vector<double>{0}));
  EXPECT_THAT(message(other), mentions("shape: extra is in actual alone"));
  EXPECT_THAT(message(named({*kReference.begin()})), mentions("shape: bias is in expected alone"));
  EXPECT_THAT(
      message(named({kReference.at("weight"), Tensor("bias", {1, 2}, std::vector<double>{-0.7, 0.9})})),
      mentions("shape: bias", "1×2", "2 in expected"));
  EXPECT_THAT(message(kReference.as(DType::float32)), mentions("shape: weight", "float32", "float64"));
}

TEST(GradientsMatch, FailsWhereThereIsNothingToCompare) {
  EXPECT_THAT(gradients_match(NamedTensors(), NamedTensors()).message(),
              mentions("shape: there are no tensors"));
  const NamedTensors empty = named({Tensor("weight", {0, 2}, std::vector<double>{})});
  EXPECT_THAT(gradients_match(empty, empty).message(), mentions("shape: weight is empty"));
}

TEST(GradientsMatch, TakesFunctionsAndALoss) {
  const NamedTensors point = named({Tensor("x", {2}, std::vector<double>{0.5, -3})});
  const LossFunction loss = [](const NamedTensors& p) {
    const std::span<const double> x = p.at("x").data<double>();
    return x[0] * x[0] + x[0] * x[1];
  };
  const auto right = [](const NamedTensors& p) {
    const std::span<const double> x = p.at("x").data<double>();
    return named({Tensor("x", {2}, std::vector<double>{2 * x[0] + x[1], x[0]})});
  };
  const auto wrong = [](const NamedTensors& p) {
    const std::span<const double> x = p.at("x").data<double>();
    return named({Tensor("x", {2}, std::vector<double>{x[0] + x[1], x[0]})});
  };
  EXPECT_GRADIENTS_MATCH(right, right, point);
  EXPECT_GRADIENTS_MATCH(right, right, point, {.batch_size = 2}, loss);
  EXPECT_THAT(
      gradients_match(wrong, right, point, {.actual = "mine", .expected = "reference"}, loss).message(),
      AllOf(StartsWith("tensors that differ: 1 of 1\n"),
            mentions("Finite differences side with reference: mine is wrong")));
  EXPECT_THAT(
      gradients_match(right, right, point, {}, [](const NamedTensors&) { return 0.0 / 0.0; }).message(),
      mentions("numeric: the loss is"));
}

// The message alone, without the expression and without "Actual: false"; what the caller adds stands behind.
TEST(GradientsMatch, MacrosFailTheTest) {
  const NamedTensors wrong = times(2);
  testing::TestPartResultArray failures;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(&failures);
    EXPECT_GRADIENTS_MATCH(wrong, kReference, {.actual = "mine", .batch_size = 2}) << "in step 7";
    [&] {
      ASSERT_GRADIENTS_MATCH(wrong, kReference);
      ADD_FAILURE() << "went on after a failed assertion";
    }();
  }
  ASSERT_EQ(failures.size(), 2);
  const testing::TestPartResult &expectation = failures.GetTestPartResult(0),
                                &assertion = failures.GetTestPartResult(1);
  EXPECT_TRUE(expectation.nonfatally_failed());
  EXPECT_TRUE(assertion.fatally_failed());
  EXPECT_THAT(expectation.message(),
              AllOf(StartsWith("tensors that differ: 2 of 2\n"), mentions("mine", "in step 7")));
  EXPECT_THAT(expectation.message(), Not(testing::HasSubstr("gradients_match")));
}

}  // namespace
}  // namespace twin
