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

// Without LibTorch no row is judged by autograd.
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

  std::vector<CheckRow> check_with_mistaken_manual(const Mistake& mistake,
                                                   EquivalenceOptions options = {}) const {
    const MistakenBackend manual(twins().manual, mistake);
    return check({manual, twins().autograd, twins().errors}, options);
  }

  NetworkSpec spec;
  RandomCase data;
};

void no_mistake(Gradients&, const Gradients*, std::int64_t) {}

TEST(Equivalence, RightCodePassesHoweverSmallItsGradients) {
  for (const double scale : {1.0, 1e-4, 1e-30}) {
    const std::vector<CheckRow> rows = Trial(scale).check_with_mistaken_manual(no_mistake);
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
    EXPECT_EQ(failed(trial.check_with_mistaken_manual(mistake)), expected(rows_of_the_weight())) << name;
  EXPECT_EQ(failed(trial.check_with_mistaken_manual(scaled_by(1 + 1e-6, "output.bias"))),
            expected({"autograd: gradient output.bias", "autograd: weight output.bias",
                      "finite_difference: gradient output.bias"}));
}

TEST_P(ScaledMistake, OfTheInputGradientIsFoundByBothOracles) {
  EXPECT_EQ(failed(Trial(GetParam()).check_with_mistaken_manual(no_input_gradient)),
            expected({"autograd: input_gradient input", "finite_difference: input_gradient input"}));
}

// Autograd compares every element; differences look at some of a large tensor, and along directions.
TEST_P(ScaledMistake, OfOneElementIsFoundByAutograd) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  EXPECT_THAT(failed(Trial(GetParam()).check_with_mistaken_manual(last_element_off_by_a_millionth)),
              IsSupersetOf({"autograd: gradient hidden.weight", "autograd: weight hidden.weight"}));
}

// The gradients of a first call are right: the mark of this mistake is in the weights, and in a second call.
TEST_P(ScaledMistake, OfNeverZeroingIsFoundInEveryWeight) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  EXPECT_EQ(failed(Trial(GetParam()).check_with_mistaken_manual(never_zeroed)),
            (std::set<std::string>{"autograd: weight hidden.weight", "autograd: weight hidden.bias",
                                   "autograd: weight output.weight", "autograd: weight output.bias",
                                   "itself: gradient output.bias"}));
}

TEST(Equivalence, MistakesAreFoundInFloat32) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const EquivalenceOptions options{.dtype = DType::float32};
  for (const double scale : {1.0, 1e-4}) {
    const Trial trial(scale);
    EXPECT_THAT(failed(trial.check_with_mistaken_manual(no_mistake, options)), IsEmpty());
    for (const Mistake& mistake : {Mistake(never_divided_by_the_batch), scaled_by(-1), scaled_by(1 + 1e-4)})
      EXPECT_THAT(failed(trial.check_with_mistaken_manual(mistake, options)),
                  Contains("autograd: gradient hidden.weight"));
    EXPECT_EQ(failed(trial.check_with_mistaken_manual(scaled_by(-1), options)),
              (std::set<std::string>{"autograd: gradient hidden.weight", "autograd: weight hidden.weight"}));
    EXPECT_EQ(failed(trial.check_with_mistaken_manual(no_input_gradient, options)),
              (std::set<std::string>{"autograd: input_gradient input"}));
    EXPECT_EQ(failed(trial.check_with_mistaken_manual(never_zeroed, options)).size(), 5U);
  }
}

TEST(Equivalence, ALossThatIsWrongIsFound) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const Mistake mistake = [](Gradients& gradients, const Gradients*, std::int64_t) {
    gradients.loss *= 1 + 1e-6;
  };
  EXPECT_EQ(failed(Trial().check_with_mistaken_manual(mistake)),
            (std::set<std::string>{"autograd: loss loss"}));
}

// Two against one: differences pass manual and fail autograd.
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
  EXPECT_EQ(failed(Trial().check_with_mistaken_manual(one_nan)), rows);
}

TEST(Equivalence, ANanOnBothSidesIsNeverEqual) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const MistakenBackend manual(twins().manual, one_nan);
  const MistakenBackend autograd(*twins().autograd, one_nan);
  for (const DType dtype : {DType::float64, DType::float32}) {
    const std::vector<CheckRow> rows =
        Trial().check({manual, &autograd, twins().errors}, {.dtype = dtype, .steps = 2});
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

TEST(Equivalence, WrongOutputsInEvaluationModeAreFound) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const MistakeInOutputs mistake = [](Network& right, const Batch& batch) {
    Tensor outputs = right.predict(batch);
    transform(outputs, [](double y) { return y * (1 + 1e-4); });
    return outputs;
  };
  const MistakenBackend manual(twins().manual, no_mistake, mistake);
  for (const DType dtype : {DType::float64, DType::float32}) {
    const std::vector<CheckRow> rows =
        Trial().check({manual, twins().autograd, twins().errors}, {.dtype = dtype});
    EXPECT_EQ(failed(rows), (std::set<std::string>{"autograd: output outputs"})) << to_string(dtype);
    EXPECT_EQ(
        culprit(rows, "manual", "autograd"),
        "The steps agree, the outputs in evaluation mode do not: the evaluation of manual or autograd is "
        "wrong.");
  }
}

/// A dense layer of two units and a ReLU, on one sample. The first unit is 0 but for rounding: -0.1·3 + 0.3.
struct CloseDecisionTrial {
  static constexpr double kX = 3, kWeight = -0.1, kTarget = 0.6;

  CloseDecisionTrial()
      : spec{{{"dense", DenseSpec{1, 2}}, {"relu", ReluSpec{}}},
             InnerProductLossSpec{},
             SgdSpec{.lr = 0.1},
             UniformInitialiser{}} {
    parameters.add(Tensor("dense.weight", {2, 1}, std::vector<double>{kWeight, 0.7}));
    parameters.add(Tensor("dense.bias", {2}, std::vector<double>{0.3, 0.2}));
    batches.push_back({Tensor("inputs", {1, 1}, std::vector<double>{kX}),
                       Tensor("targets", {1, 2}, std::vector<double>{kTarget, -0.4})});
  }

  // What the first unit adds to each gradient where its ReLU counts 0 for positive.
  static void decide_otherwise(Gradients& gradients, const Gradients*, std::int64_t) {
    gradients.parameters.at("dense.weight").data<double>()[0] += kTarget * kX;
    gradients.parameters.at("dense.bias").data<double>()[0] += kTarget;
    gradients.input->data<double>()[0] += kTarget * kWeight;
  }
  static void close_the_second_unit(Gradients& gradients, const Gradients*, std::int64_t) {
    gradients.parameters.at("dense.weight").data<double>()[1] = 0;
    gradients.parameters.at("dense.bias").data<double>()[1] = 0;
  }

  std::vector<CheckRow> check(const Mistake& mistake, DType dtype = DType::float64) const {
    const MistakenBackend manual(twins().manual, mistake);
    return check_equivalence({manual, twins().autograd, twins().errors}, spec, parameters, batches,
                             {.dtype = dtype, .steps = 1});
  }

  NetworkSpec spec;
  NamedTensors parameters;
  std::vector<OwnedBatch> batches;
};

std::set<std::string> at_a_kink(const std::vector<CheckRow>& rows) {
  std::set<std::string> names;
  for (const CheckRow& row : rows)
    if (row.verdict == Verdict::kink && row.oracle == "autograd")
      names.insert(row.quantity + " " + row.tensor);
  return names;
}

TEST(Kink, AGapThatADecisionOnItsEdgeExplainsIsExcusedAndCounted) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const CloseDecisionTrial trial;
  const std::vector<CheckRow> rows = trial.check(CloseDecisionTrial::decide_otherwise);
  EXPECT_EQ(failures_of(rows), "");
  EXPECT_EQ(at_a_kink(rows),
            (std::set<std::string>{"gradient dense.weight", "gradient dense.bias", "input_gradient input",
                                   "weight dense.weight", "weight dense.bias"}));
  EXPECT_THAT(at_a_kink(trial.check(no_mistake)), IsEmpty());
  // In float32 rounding itself turns the decision around, on one side or on both.
  EXPECT_EQ(failures_of(trial.check(no_mistake, DType::float32)), "");
}

TEST(Kink, ADecisionOnItsEdgeExcusesNoOtherGap) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const std::set<std::string> wrong{"autograd: gradient dense.weight",
                                    "autograd: gradient dense.bias",
                                    "autograd: weight dense.weight",
                                    "autograd: weight dense.bias",
                                    "finite_difference: gradient dense.weight",
                                    "finite_difference: gradient dense.bias"};
  EXPECT_EQ(failed(CloseDecisionTrial().check(CloseDecisionTrial::close_the_second_unit)), wrong);
  // Nor one in the same tensor as the gap of the kink.
  const Mistake both = [](Gradients& gradients, const Gradients* previous, std::int64_t rows) {
    CloseDecisionTrial::decide_otherwise(gradients, previous, rows);
    CloseDecisionTrial::close_the_second_unit(gradients, previous, rows);
  };
  EXPECT_EQ(failed(CloseDecisionTrial().check(both)), wrong);
  // Half of what the other side of the kink would yield is on neither side.
  const Mistake half = [](Gradients& gradients, const Gradients*, std::int64_t) {
    gradients.parameters.at("dense.bias").data<double>()[0] += CloseDecisionTrial::kTarget / 2;
  };
  EXPECT_EQ(failed(CloseDecisionTrial().check(half)),
            (std::set<std::string>{"autograd: gradient dense.bias", "autograd: weight dense.bias"}));
}

// Where exp has overflowed there is no bound: such an element is not certified, and excuses no other.
TEST(Equivalence, AnElementWithoutBoundExcusesNoOther) {
  const RunningError known(1, 1, 1), unknown(0, std::numeric_limits<double>::infinity(), 1);
  const Tensor expected("x", {2}, std::vector<double>{0, 1});
  const auto verdict = [&](double second) {
    return judge_float64(Tensor("x", {2}, std::vector<double>{0, second}), expected, {unknown, known})
        .verdict;
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
