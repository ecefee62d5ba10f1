#include "shared/compare/diagnosis.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"
#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Tensor random(Shape shape, Seed seed, DType dtype = DType::float64, const char* name = "hidden.weight") {
  return uniform_tensor(name, std::move(shape), dtype, RandomStream(seed, Purpose::test_data), -1, 1);
}

template <typename Function>
Tensor changed(const Tensor& from, Function function) {
  std::vector<double> values = from.to_doubles();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = function(i, values[i]);
  return Tensor(from.name(), from.shape(), std::move(values)).as(from.dtype());
}

Tensor times(const Tensor& from, double factor) {
  return changed(from, [&](std::size_t, double value) { return factor * value; });
}

std::string cause(const Tensor& actual, const Tensor& expected, const DiagnosisContext& context = {}) {
  const std::vector<Hypothesis> all = hypotheses(actual, expected, context);
  return all.empty() ? "" : all.front().cause;
}

class Diagnosis : public testing::TestWithParam<DType> {
 protected:
  Tensor expected = random({5, 3}, 1, GetParam());
  DiagnosisContext context{.actual = "manual", .expected = "autograd", .batch_size = 8};
};
INSTANTIATE_TEST_SUITE_P(Precision, Diagnosis, testing::Values(DType::float64, DType::float32),
                         [](const auto& info) { return std::string(to_string(info.param)); });

TEST_P(Diagnosis, NamesFactors) {
  EXPECT_EQ(cause(times(expected, 8), expected, context), "factor_batch");
  EXPECT_EQ(cause(times(expected, 1.0 / 8), expected, context), "factor_batch_twice");
  EXPECT_EQ(cause(times(expected, 2), expected, context), "factor_two");
  EXPECT_EQ(cause(times(expected, 0.5), expected, context), "factor_half");
  EXPECT_EQ(cause(times(expected, -1), expected, context), "sign");
  EXPECT_EQ(cause(times(expected, 5), expected, context), "factor_extent");
  EXPECT_EQ(cause(times(expected, 1 / std::sqrt(3)), expected, context), "factor_root_twice");
  EXPECT_EQ(cause(times(expected, 0.123), expected, context), "constant_factor");
  EXPECT_EQ(cause(times(expected, 0), expected, context), "zero");
  context.factors = {{0.123, "the learning rate", "lr_missing", "it is missing", "", ""}};
  EXPECT_EQ(cause(times(expected, 0.123), expected, context), "lr_missing");
}

TEST_P(Diagnosis, SaysWhatItSees) {
  NamedTensors mine, reference;
  mine.add(times(expected, 8));
  reference.add(expected);
  const std::vector<Finding> findings = diagnose(mine, reference, context);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].tensor, "hidden.weight");
  EXPECT_EQ(findings[0].text,
            "hidden.weight: manual = 8 × autograd in all 15 entries; 8 is the batch size: the mean over the "
            "batch is "
            "missing");
}

TEST_P(Diagnosis, RecognisesValuesThatHaveMoved) {
  const auto at = [&](std::size_t row, std::size_t column) {
    return expected.to_doubles()[row * 3 + column];
  };
  const auto moved = [&](auto source) {
    return changed(expected, [&](std::size_t i, double) { return source(i / 3, i % 3); });
  };
  // The memory of the transpose, 3×5, read as 5×3.
  EXPECT_EQ(cause(changed(expected, [&](std::size_t i, double) { return at(i % 5, i / 5); }), expected),
            "transposed");
  EXPECT_EQ(cause(moved([&](std::size_t r, std::size_t c) { return at(4 - r, c); }), expected), "reversed");
  EXPECT_EQ(cause(moved([&](std::size_t r, std::size_t c) { return at(r, (c + 1) % 3); }), expected),
            "rolled");
  EXPECT_EQ(
      cause(moved([&](std::size_t r, std::size_t c) { return at((3 * r + 1) % 5, (c + r) % 3); }), expected),
      "permuted");
  const Tensor cube = random({2, 3, 4}, 2, GetParam());
  const std::vector<double> values = cube.to_doubles();
  EXPECT_EQ(cause(changed(cube, [&](std::size_t i, double) { return values[i % 6 * 4 + i / 6]; }), cube),
            "axes_permuted");
}

TEST_P(Diagnosis, RecognisesSlices) {
  const auto row = [](std::size_t i) { return i / 3; };
  EXPECT_EQ(cause(changed(expected, [&](std::size_t i, double v) { return row(i) == 2 ? 0 : v; }), expected),
            "zero_slices");
  EXPECT_EQ(cause(changed(expected, [&](std::size_t i, double v) { return i % 3 == 1 ? 0 : v; }), expected),
            "zero_slices");
  EXPECT_EQ(cause(changed(expected, [&](std::size_t i, double v) { return row(i) % 2 ? -v : v; }), expected),
            "sign_per_slice");
  EXPECT_EQ(cause(changed(expected,
                          [&](std::size_t i, double v) { return v * (1.5 + static_cast<double>(i % 3)); }),
                  expected),
            "factor_per_slice");
  const Tensor tail =
      changed(expected, [&](std::size_t i, double v) { return row(i) < 3 ? v * v + 0.3 : v; });
  const std::vector<Hypothesis> all = hypotheses(tail, expected, context);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].cause, "some_right");
  EXPECT_THAT(all[0].statement, HasSubstr("right in axis 0: 3, 4"));
  EXPECT_THAT(all[0].meaning, HasSubstr("only the last are right"));
}

TEST_P(Diagnosis, RecognisesWhatWasAdded) {
  const Tensor weights = random({5, 3}, 3, GetParam()), before = random({5, 3}, 4, GetParam());
  context.parameters.add(weights);
  context.previous.add(before);
  const auto plus = [&](double c, const Tensor& other) {
    const std::vector<double> values = other.to_doubles();
    return changed(expected, [&](std::size_t i, double v) { return v + c * values[i]; });
  };
  EXPECT_EQ(cause(plus(0.01, weights), expected, context), "weight_decay");
  EXPECT_EQ(cause(plus(1, before), expected, context), "accumulated");
  EXPECT_EQ(cause(plus(0.9, before), expected, context), "added_previous");
  EXPECT_EQ(cause(before, expected, context), "stale");
  EXPECT_EQ(
      cause(changed(expected, [](std::size_t i, double v) { return v + 0.1 * static_cast<double>(i % 3); }),
            expected),
      "offset");
}

TEST_P(Diagnosis, RecognisesMasks) {
  const auto third = [](std::size_t i) { return i % 3 == (i / 3) % 3; };
  const auto fourth = [](std::size_t i) { return i % 4 == 0; };
  const auto masked = [](const Tensor& from, auto mask) {
    return changed(from, [&](std::size_t i, double v) { return mask(i) ? 0 : v; });
  };
  EXPECT_EQ(cause(expected, masked(expected, third)), "mask_missing");
  EXPECT_EQ(cause(times(expected, 0.5), masked(expected, third)), "mask_missing");
  EXPECT_EQ(cause(masked(expected, third), expected), "mask_too_many");
  EXPECT_EQ(cause(masked(expected, third), masked(expected, fourth)), "other_mask");
  // The padding row of an embedding gets a gradient that it should not have.
  EXPECT_EQ(cause(expected, masked(expected, [](std::size_t i) { return i < 3; })), "mask_missing");
}

TEST_P(Diagnosis, RecognisesATermThatIsMissing) {
  const Tensor branch = random({5, 3}, 9, GetParam(), "d_branch");
  const std::vector<double> values = branch.to_doubles();
  const auto with = [&](double c) {
    return changed(expected, [&](std::size_t i, double v) { return v + c * values[i]; });
  };
  const auto cause_in_set = [&](const Tensor& mistaken) {
    NamedTensors mine, reference;
    mine.add(mistaken);
    mine.add(branch);
    reference.add(expected);
    reference.add(branch);
    return diagnose(mine, reference, context).at(0).cause;
  };
  EXPECT_EQ(cause_in_set(with(-1)), "term_missing");
  EXPECT_EQ(cause_in_set(with(1)), "term_added");
}

TEST_P(Diagnosis, RecognisesASingleSample) {
  const std::vector<double> column = random({5}, 5).to_doubles(), row = random({3}, 6).to_doubles();
  EXPECT_EQ(
      cause(changed(expected, [&](std::size_t i, double) { return column[i / 3] * row[i % 3]; }), expected),
      "rank_one");
}

TEST_P(Diagnosis, RecognisesGradientsThatAreExchanged) {
  const Tensor other = random({5, 3}, 7, GetParam(), "output.weight");
  NamedTensors mine, reference;
  mine.add(other.renamed("hidden.weight"));
  mine.add(expected.renamed("output.weight"));
  reference.add(expected);
  reference.add(other);
  const std::vector<Finding> findings = diagnose(mine, reference, context);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].cause, "swapped");
  EXPECT_THAT(findings[0].text, HasSubstr("hidden.weight: it holds the gradient of output.weight"));
}

TEST_P(Diagnosis, TellsASharedMistakeOnce) {
  const Tensor bias = random({5}, 8, GetParam(), "hidden.bias");
  NamedTensors mine, reference;
  mine.add(times(expected, 8));
  mine.add(times(bias, 8));
  reference.add(expected);
  reference.add(bias);
  const std::vector<Finding> findings = diagnose(mine, reference, context);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].text,
              HasSubstr("hidden.weight, hidden.bias: manual = 8 × autograd in all 20 entries"));
}

TEST_P(Diagnosis, SaysNothingOfTensorsThatAgree) {
  EXPECT_THAT(hypotheses(expected, expected, context), IsEmpty());
  NamedTensors both;
  both.add(expected);
  EXPECT_THAT(diagnose(both, both, context), IsEmpty());
}

// Chance must not look like a cause.
TEST_P(Diagnosis, ClaimsNothingOfTensorsThatHaveNothingInCommon) {
  const Shape shapes[] = {{1}, {2}, {3}, {7}, {1, 2}, {2, 2}, {4, 4}, {5, 3}, {1, 9}, {2, 3, 4}, {31, 17}};
  for (const Shape& shape : shapes)
    for (Seed seed = 0; seed < 200; ++seed) {
      DiagnosisContext full = context;
      full.parameters.add(random(shape, 4000 + seed, GetParam()));
      full.previous.add(random(shape, 5000 + seed, GetParam()));
      NamedTensors mine, reference;
      full.terms.add(random(shape, 3000 + seed, GetParam(), "neighbour"));
      mine.add(random(shape, 1000 + seed, GetParam()));
      reference.add(random(shape, 2000 + seed, GetParam()));
      const std::vector<Finding> findings = diagnose(mine, reference, full);
      ASSERT_EQ(findings.size(), 1U);
      EXPECT_EQ(findings[0].cause, "unexplained")
          << to_string(shape) << ", seed " << seed << ": " << findings[0].text;
    }
}

TEST(DiagnosisOfDoubles, RecognisesAFloatOnTheWay) {
  const Tensor expected = random({5, 3}, 1);
  EXPECT_EQ(cause(expected.as(DType::float32).as(DType::float64), expected), "float32_rounding");
  EXPECT_EQ(cause(times(expected, static_cast<double>(0.05F) / 0.05), expected), "float32_rounding");
  EXPECT_EQ(
      cause(changed(expected, [](std::size_t i,
                                 double v) { return v * (1 + 1e-8 * std::sin(static_cast<double>(i))); }),
            expected),
      "float32_rounding");
  EXPECT_EQ(cause(times(expected, 1 + 4e-6), expected), "constant_factor");
}

TEST(DiagnosisOfDoubles, NamesWhatIsNotFinite) {
  const Tensor expected = random({5, 3}, 1);
  EXPECT_EQ(cause(changed(expected, [](std::size_t i, double v) { return i ? v : std::nan(""); }), expected),
            "not_finite");
}

TEST(DiagnosisOfDoubles, RefusesShapesThatDiffer) {
  EXPECT_THROW_MESSAGE(hypotheses(random({3, 5}, 1), random({5, 3}, 1), {}), ShapeError, "3×5 against 5×3");
}

}  // namespace
}  // namespace twin
