// The check itself, checked: each mistake that a backward pass can hold must be reported, in the rows where
// it is and in no other.
#include "shared/compare_networks/equivalence.hpp"

#include <cmath>
#include <functional>
#include <gmock/gmock.h>
#include <limits>
#include <set>
#include <utility>

#include "tests/support/mistaken_backend.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::IsSupersetOf;

void transform(Tensor& tensor, const std::function<double(double)>& f) {
  std::vector<double> values = tensor.to_doubles();
  for (double& value : values) value = f(value);
  tensor = Tensor(tensor.name(), tensor.shape(), std::move(values)).as(tensor.dtype());
}

constexpr const char* kTensor = "hidden.weight";

Mistake scaled_by(double factor, const std::string& tensor = kTensor) {
  return [=](Gradients& gradients, const Gradients*, std::int64_t) {
    transform(gradients.parameters.at(tensor), [=](double g) { return factor * g; });
  };
}

void never_divided_by_the_batch(Gradients& gradients, const Gradients*, std::int64_t rows) {
  transform(gradients.parameters.at(kTensor), [=](double g) { return static_cast<double>(rows) * g; });
}

void no_input_gradient(Gradients& gradients, const Gradients*, std::int64_t) {
  transform(gradients.input.value(), [](double) { return 0; });
}

void one_nan(Gradients& gradients, const Gradients*, std::int64_t) {
  bool first = true;
  transform(gradients.parameters.at(kTensor),
            [&](double g) { return std::exchange(first, false) ? std::nan("") : g; });
}

void last_element_off_by_a_millionth(Gradients& gradients, const Gradients*, std::int64_t) {
  Tensor& tensor = gradients.parameters.at(kTensor);
  std::int64_t left = tensor.size();
  transform(tensor, [&](double g) { return --left == 0 ? g * (1 + 1e-6) : g; });
}

void never_zeroed(Gradients& gradients, const Gradients* previous, std::int64_t) {
  if (!previous) return;
  for (Tensor& gradient : gradients.parameters) {
    const std::vector<double> before = previous->parameters.at(gradient.name()).to_doubles();
    auto value = before.begin();
    transform(gradient, [&](double g) { return g + *value++; });
  }
}

/// "autograd: gradient hidden.weight" for each row that failed for this twin.
std::set<std::string> failed(const std::vector<CheckRow>& rows, const std::string& twin = "manual") {
  std::set<std::string> names;
  for (const CheckRow& row : rows)
    if (row.verdict == Verdict::fail && row.twin == twin)
      names.insert(row.oracle + ": " + row.quantity + " " + row.tensor);
  return names;
}

// Without LibTorch the rows of the autograd oracle are not there to fail.
std::set<std::string> expected(std::set<std::string> names) {
  if (!twins().autograd) std::erase_if(names, [](const auto& name) { return name.starts_with("autograd"); });
  return names;
}

const std::set<std::string>& rows_of_the_weight() {
  static const auto& names =
      *new std::set<std::string>{"autograd: gradient hidden.weight", "autograd: weight hidden.weight",
                                 "finite_difference: gradient hidden.weight"};
  return names;
}

/// A network of odd, non-square shapes; the targets, and with them every gradient, scaled.
struct Trial {
  explicit Trial(double scale = 1)
      : spec(mlp({5, 7, 3}, InnerProductLossSpec{}, SgdSpec{.lr = 0.1}, UniformInitialiser{})),
        data(random_case(spec, 11, 5, 1)) {
    for (OwnedBatch& batch : data.batches)
      for (double& target : batch.targets.data<double>()) target *= scale;
  }

  std::vector<CheckRow> check(const Twins& side, EquivalenceOptions options = {}) const {
    return check_equivalence(side, spec, data.parameters, data.batches, options);
  }

  std::vector<CheckRow> check_with_mistaken_hand(const Mistake& mistake,
                                                 EquivalenceOptions options = {}) const {
    const MistakenBackend hand(twins().manual, mistake);
    return check({hand, twins().autograd, twins().errors}, options);
  }

  NetworkSpec spec;
  RandomCase data;
};

void no_mistake(Gradients&, const Gradients*, std::int64_t) {}

TEST(Equivalence, RightCodePassesHoweverSmallItsGradients) {
  for (const double scale : {1.0, 1e-4, 1e-30}) {
    const std::vector<CheckRow> rows = Trial(scale).check_with_mistaken_hand(no_mistake);
    EXPECT_EQ(failures_of(rows), "") << scale;
    for (const CheckRow& row : rows) EXPECT_EQ(row.verdict, Verdict::pass) << row.quantity << row.tensor;
  }
}

class ScaledMistake : public testing::TestWithParam<double> {};
INSTANTIATE_TEST_SUITE_P(Loss, ScaledMistake, testing::Values(1.0, 1e-2, 1e-4),
                         [](const auto& info) { return "Scale" + std::to_string(info.index); });

TEST_P(ScaledMistake, OfOneGradientIsFoundByBothOraclesInItsRowsAlone) {
  const Trial trial(GetParam());
  const std::pair<const char*, Mistake> mistakes[] = {
      {"times the batch size", never_divided_by_the_batch},
      {"sign", scaled_by(-1)},
      {"zero", scaled_by(0)},
      {"one part in a million", scaled_by(1 + 1e-6)},
  };
  for (const auto& [name, mistake] : mistakes)
    EXPECT_EQ(failed(trial.check_with_mistaken_hand(mistake)), expected(rows_of_the_weight())) << name;
  EXPECT_EQ(failed(trial.check_with_mistaken_hand(scaled_by(1 + 1e-6, "output.bias"))),
            expected({"autograd: gradient output.bias", "autograd: weight output.bias",
                      "finite_difference: gradient output.bias"}));
}

TEST_P(ScaledMistake, OfTheInputGradientIsFoundByBothOracles) {
  EXPECT_EQ(failed(Trial(GetParam()).check_with_mistaken_hand(no_input_gradient)),
            expected({"autograd: input_gradient input", "finite_difference: input_gradient input"}));
}

// Autograd compares every element; differences look at some of a large tensor, and along directions.
TEST_P(ScaledMistake, OfOneElementIsFoundByAutograd) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  EXPECT_THAT(failed(Trial(GetParam()).check_with_mistaken_hand(last_element_off_by_a_millionth)),
              IsSupersetOf({"autograd: gradient hidden.weight", "autograd: weight hidden.weight"}));
}

// The gradients of a first call are right: the mark of this mistake is in the weights, and in a second call.
TEST_P(ScaledMistake, OfNeverZeroingIsFoundInEveryWeight) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  EXPECT_EQ(failed(Trial(GetParam()).check_with_mistaken_hand(never_zeroed)),
            (std::set<std::string>{"autograd: weight hidden.weight", "autograd: weight hidden.bias",
                                   "autograd: weight output.weight", "autograd: weight output.bias",
                                   "itself: gradient output.bias"}));
}

TEST(Equivalence, MistakesAreFoundInFloat32) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const EquivalenceOptions options{.dtype = DType::float32};
  for (const double scale : {1.0, 1e-4}) {
    const Trial trial(scale);
    EXPECT_THAT(failed(trial.check_with_mistaken_hand(no_mistake, options)), IsEmpty());
    for (const Mistake& mistake : {Mistake(never_divided_by_the_batch), scaled_by(-1), scaled_by(1 + 1e-4)})
      EXPECT_THAT(failed(trial.check_with_mistaken_hand(mistake, options)),
                  Contains("autograd: gradient hidden.weight"));
    EXPECT_EQ(failed(trial.check_with_mistaken_hand(scaled_by(-1), options)),
              (std::set<std::string>{"autograd: gradient hidden.weight", "autograd: weight hidden.weight"}));
    EXPECT_EQ(failed(trial.check_with_mistaken_hand(no_input_gradient, options)),
              (std::set<std::string>{"autograd: input_gradient input"}));
    EXPECT_EQ(failed(trial.check_with_mistaken_hand(never_zeroed, options)).size(), 5U);
  }
}

TEST(Equivalence, ALossThatIsWrongIsFound) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const Mistake mistake = [](Gradients& gradients, const Gradients*, std::int64_t) {
    gradients.loss *= 1 + 1e-6;
  };
  EXPECT_EQ(failed(Trial().check_with_mistaken_hand(mistake)),
            (std::set<std::string>{"autograd: loss loss"}));
}

// Two against one: differences pass the hand and fail autograd.
TEST(Equivalence, DifferencesSayWhichTwinIsMistaken) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const MistakenBackend autograd(*twins().autograd, scaled_by(1 + 1e-6));
  const std::vector<CheckRow> rows = Trial().check({twins().manual, &autograd, twins().errors});
  EXPECT_EQ(failed(rows, "manual"),
            (std::set<std::string>{"autograd: gradient hidden.weight", "autograd: weight hidden.weight"}));
  EXPECT_EQ(failed(rows, "autograd"), (std::set<std::string>{"finite_difference: gradient hidden.weight"}));
}

TEST(Equivalence, ANanIsFoundByBothOracles) {
  std::set<std::string> rows = expected(rows_of_the_weight());
  rows.insert("itself: gradient hidden.weight");  // NaN is not equal to itself
  EXPECT_EQ(failed(Trial().check_with_mistaken_hand(one_nan)), rows);
}

TEST(Equivalence, ANanOnBothSidesIsNeverEqual) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const MistakenBackend hand(twins().manual, one_nan);
  const MistakenBackend autograd(*twins().autograd, one_nan);
  for (const DType dtype : {DType::float64, DType::float32}) {
    const std::vector<CheckRow> rows =
        Trial().check({hand, &autograd, twins().errors}, {.dtype = dtype, .steps = 2});
    EXPECT_THAT(failed(rows, "manual"),
                IsSupersetOf({"autograd: gradient hidden.weight", "autograd: weight hidden.weight",
                              "autograd: loss loss"}))
        << to_string(dtype);
    if (dtype == DType::float64) {
      EXPECT_THAT(failed(rows, "manual"), Contains("finite_difference: gradient hidden.weight"));
      EXPECT_THAT(failed(rows, "autograd"), Contains("finite_difference: gradient hidden.weight"));
    }
  }
}

// Where exp has overflowed there is no bound: such an element is not certified, and excuses no other.
TEST(Equivalence, AnElementWithoutBoundExcusesNoOther) {
  const RunningError known(1, 1, 1), unknown(0, std::numeric_limits<double>::infinity(), 1);
  const Tensor oracle("x", {2}, std::vector<double>{0, 1});
  const auto verdict = [&](double second) {
    return judge_float64(Tensor("x", {2}, std::vector<double>{0, second}), oracle, {unknown, known}).verdict;
  };
  EXPECT_EQ(verdict(1), Verdict::pass);
  EXPECT_EQ(verdict(1 + 1e-6), Verdict::fail);
  EXPECT_EQ(verdict(std::nan("")), Verdict::fail);
  EXPECT_EQ(verdict(std::numeric_limits<double>::infinity()), Verdict::fail);
  const Tensor infinite("x", {1}, std::vector<double>{std::numeric_limits<double>::infinity()});
  const Tensor zero("x", {1}, std::vector<double>{0});
  EXPECT_EQ(judge_float64(infinite, zero, {unknown}).verdict, Verdict::fail);
  EXPECT_EQ(judge_float64(zero, zero, {unknown}).verdict, Verdict::unchecked);
}

}  // namespace
}  // namespace twin
