// Every mistake that a stem knows is fed back as the wrong answer: the examination must name it.
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <map>
#include <ostream>
#include <set>

#include "shared/compare/causes.hpp"
#include "shared/compare_networks/examination.hpp"
#include "shared/compare_networks/wrong_updates.hpp"
#include "shared/compare_networks/wrong_values.hpp"
#include "shared/stems.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

using testing::Contains;
using testing::IsSupersetOf;

// The side that is right.
const Backend& right_backend() { return *backends().back(); }

class MistakesOf : public testing::TestWithParam<Stem> {
 protected:
  using Explain = std::function<std::vector<Hypothesis>(const Tensor& actual)>;

  // Mistakes of one value that is right otherwise; explain(actual): what is said when it is `actual`.
  void feed_back(const std::string& where, const Tensor& right, const std::vector<Prediction>& predictions,
                 const Explain& explain) {
    std::vector<Tensor> wrong;
    for (const Prediction& prediction : predictions) {
      ASSERT_EQ(static_cast<std::int64_t>(prediction.values.size()), right.size())
          << where << ": " << prediction.cause;
      wrong.emplace_back(right.name(), right.shape(), prediction.values);
    }
    for (std::size_t i = 0; i < wrong.size(); ++i) {
      const std::string& cause = predictions[i].cause;
      bool& named = named_[cause];
      const bool finite = std::all_of(predictions[i].values.begin(), predictions[i].values.end(),
                                      [](double value) { return std::isfinite(value); });
      // Numbers on which the mistake makes no difference.
      if (!finite || !differs(wrong[i], right)) continue;
      const std::vector<Hypothesis> supported = explain(wrong[i]);
      const std::string said = supported.empty() ? "unexplained" : supported.front().cause;
      named = named || said == cause;
      bool coincides = false;
      for (std::size_t j = 0; j < wrong.size(); ++j)
        coincides = coincides || (predictions[j].cause == said && !differs(wrong[i], wrong[j]));
      EXPECT_TRUE(coincides) << where << ": " << predictions[i].formula << " is " << cause << ", named "
                             << (supported.empty() ? said
                                                   : said + ", \"" + supported.front().statement + '"');
    }
  }

  // Of the layers (or the loss) of this stem, wherever they stand in the example.
  void feed_back_a_traced_step(const Example& example) {
    const Stem& stem = GetParam();
    const RandomCase data = example_case(example, 1);
    const std::unique_ptr<Network> network = loaded(right_backend(), example.spec, data.parameters);
    const TracedStep first(*network, example.spec, data.batches[0], nullptr);
    const TracedStep second(*network, example.spec, data.batches[1], &first);
    for (const TracedStep* step : {&first, &second})
      for (const TraceEntry& entry : step->trace()) {
        const std::optional<LayerSpec> layer = step->place_of(entry).layer;
        const bool its_own = layer ? stem.kind == "layers" && stem_of(*layer) == stem.name
                                   : stem.kind == "losses" && entry.role == Role::error;
        if (!its_own) continue;
        feed_back(example.name + ", " + entry.quantity(), entry.value, step->predictions(entry),
                  [&](const Tensor& actual) { return suspect_at(*step, entry, actual).supported; });
      }
  }

  // What is said of `tensor` when change() is made to what a step has left behind.
  template <typename Change>
  static std::vector<Hypothesis> explain_update(const Example& example, const RightUpdate& right,
                                                const std::string& tensor, const Change& change) {
    Update manual = right;
    change(manual.after);
    UpdateExamination examination(example.spec);
    examination.compare(manual, right, example.input[0], [] { return StepErrors{}; });
    for (const Suspect& suspect : examination.suspects())
      if (suspect.tensor == tensor) return suspect.supported;
    return {};
  }

  // In place of what the step subtracts: times·moved.
  static void move(NetworkState& after, const Tensor& before, const Tensor& moved, double times = 1) {
    const std::span<double> w = after.parameters.at(before.name()).data<double>();
    for (std::size_t i = 0; i < w.size(); ++i)
      w[i] = before.data<double>()[i] - times * moved.data<double>()[i];
  }

  bool all_named() const {
    return std::all_of(named_.begin(), named_.end(), [](const auto& named) { return named.second; });
  }

  void expect_all_named() const {
    for (const auto& [cause, named] : named_)
      EXPECT_TRUE(named) << cause << " is named on no example of " << GetParam().name;
  }

 private:
  std::map<std::string, bool> named_;
};
INSTANTIATE_TEST_SUITE_P(Stems, MistakesOf, testing::ValuesIn(stems()),
                         [](const auto& info) { return info.param.kind + "_" + info.param.name; });

TEST_P(MistakesOf, AreNamedInATracedStep) {
  for (const Example& example : GetParam().examples) feed_back_a_traced_step(example);
  // A weight that is used twice has its second use in another layer, whose examples hold both.
  for (const Stem& other : stems())
    for (const Example& example : other.examples)
      if (!all_named() && other.kind == "layers" && other.name != GetParam().name)
        feed_back_a_traced_step(example);
  expect_all_named();
}

// What is said of a value that is so many times too large.
std::string cause_of_factor(std::string_view stem, std::string_view example_name, Role role,
                            const std::string& path,
                            const std::function<double(const NetworkSpec&, const OwnedBatch&)>& factor_of) {
  const std::vector<Example>& examples = find_stem(stem)->examples;
  const Example& example = *std::find_if(examples.begin(), examples.end(),
                                         [&](const Example& e) { return e.name == example_name; });
  const RandomCase data = example_case(example, 1);
  const std::unique_ptr<Network> network = loaded(right_backend(), example.spec, data.parameters);
  const TracedStep step(*network, example.spec, data.batches[0], nullptr);
  const TraceEntry& entry = *find(step.trace(), role, path);
  Tensor wrong = entry.value;
  for (double& value : wrong.data<double>()) value *= factor_of(example.spec, data.batches[0]);
  const std::vector<Hypothesis> supported = suspect_at(step, entry, wrong).supported;
  return supported.empty() ? "" : supported.front().cause;
}

// In sequences there are more rows than samples, and some labels ask for nothing.
TEST(MistakesInAMean, AreNamedWhereItIsNotOverTheSamples) {
  const auto rows = [](const NetworkSpec&, const OwnedBatch& batch) {
    return static_cast<double>(batch.inputs.shape().at(0) * batch.inputs.shape().at(1));
  };
  EXPECT_EQ(cause_of_factor("dense", "sequence", Role::parameter_gradient, "dense.bias", rows),
            "factor_batch");
  EXPECT_EQ(cause_of_factor(
                "dense", "sequence", Role::parameter_gradient, "dense.weight",
                [&](const NetworkSpec& spec, const OwnedBatch& batch) { return 1 / rows(spec, batch); }),
            "factor_batch_twice");
  const auto counted = [](const NetworkSpec& spec, const OwnedBatch& batch) {
    const auto labels = batch.targets.data<std::int64_t>();
    const std::int64_t ignored = std::get<CrossEntropyLossSpec>(spec.loss).ignore_index;
    return static_cast<double>(std::ssize(labels) - std::count(labels.begin(), labels.end(), ignored));
  };
  EXPECT_EQ(cause_of_factor("cross_entropy", "ignored_labels", Role::error, "", counted), "factor_batch");
}

TEST_P(MistakesOf, AreNamedInTheGradientsByWhichAStepGoes) {
  if (GetParam().kind != "clipping") return;
  for (const Example& example : GetParam().examples) {
    const NetworkSpec& spec = example.spec;
    const RandomCase data = example_case(example, 1);
    const std::unique_ptr<Network> network = loaded(right_backend(), spec, data.parameters);
    const RightUpdate right = right_update_of(*network, data.batches[0]);
    for (const ParameterSpec& parameter : parameters_of(spec)) {
      const UpdateValues values = update_values(spec, right, parameter);
      const Tensor clipped(parameter.name, parameter.shape, values.gradient.values);
      // The examples train by plain SGD.
      feed_back(example.name + ", " + parameter.name, clipped, clipping_mistakes(spec, right, parameter),
                [&](const Tensor& gradient) {
                  return explain_update(example, right, parameter.name, [&](NetworkState& after) {
                    move(after, right.before.parameters.at(parameter.name), gradient, right.lr);
                  });
                });
    }
  }
  expect_all_named();
}

TEST_P(MistakesOf, AreNamedInAnUpdate) {
  if (GetParam().kind != "optim") return;
  for (const Example& example : GetParam().examples) {
    const NetworkSpec& spec = example.spec;
    const RandomCase data = example_case(example, 1);
    const std::unique_ptr<Network> network = loaded(right_backend(), spec, data.parameters);
    for (std::size_t step = 0; step < data.batches.size(); ++step) {
      const RightUpdate right = right_update_of(*network, data.batches[step]);
      for (const ParameterSpec& parameter : parameters_of(spec)) {
        const UpdateValues values = update_values(spec, right, parameter);
        const auto where = [&](const std::string& tensor) {
          return example.name + ", step " + std::to_string(step + 1) + ", " + tensor;
        };
        for (const std::string& name : state_names(spec.optimizer)) {
          const std::string state = join(parameter.name, name);
          feed_back(where(state), right.after.optimizer.at(state),
                    mistakes_of(spec.optimizer, {Role::state, name}, values), [&](const Tensor& actual) {
                      return explain_update(example, right, state,
                                            [&](NetworkState& after) { after.optimizer.at(state) = actual; });
                    });
        }
        feed_back(where(parameter.name), moved_by(right, parameter.name),
                  mistakes_of(spec.optimizer, {Role::parameter}, values), [&](const Tensor& moved) {
                    return explain_update(example, right, parameter.name, [&](NetworkState& after) {
                      move(after, right.before.parameters.at(parameter.name), moved);
                    });
                  });
      }
    }
  }
  expect_all_named();
}

// Which parameters decay is for the optimiser to say.
TEST(MistakesOfAdamw, KnowThatABiasDecaysWhereAllDo) {
  const auto causes_of_the_bias = [](bool decay_all) {
    const NetworkSpec spec{{{"dense", DenseSpec{3, 5}}},
                           MseLossSpec{},
                           AdamwSpec{.lr = 0.01, .weight_decay = 1, .decay_all = decay_all},
                           UniformInitialiser{}};
    const RandomCase data = random_case(spec, 7, 3, 1);
    const std::unique_ptr<Network> network = loaded(right_backend(), spec, data.parameters);
    // In a first step, Adam's averages are the gradient itself.
    network->train_step(data.batches[0].view());
    const RightUpdate right = right_update_of(*network, data.batches[1]);
    const ParameterSpec bias = parameters_of(spec).at(1);
    const Tensor moved = moved_by(right, bias.name);
    std::set<std::string> causes;
    for (const Prediction& p :
         mistakes_of(spec.optimizer, {Role::parameter}, update_values(spec, right, bias))) {
      causes.insert(p.cause);
      EXPECT_TRUE(differs(Tensor(bias.name, bias.shape, p.values), moved)) << p.cause << " is right";
    }
    return causes;
  };
  EXPECT_TRUE(causes_of_the_bias(true).contains("decay_missing"));
  EXPECT_FALSE(causes_of_the_bias(true).contains("decay_of_all"));
  EXPECT_TRUE(causes_of_the_bias(false).contains("decay_of_all"));
}

TEST(KnownCauses, AreThoseOfTheMarksAndOfEveryStem) {
  const std::vector<std::string> causes = known_causes(right_backend());
  EXPECT_THAT(causes, IsSupersetOf(kCausesOfMarks.begin(), kCausesOfMarks.end()));
  for (const char* cause : {"bias_twice", "derivative_of_tanh", "softmax_diagonal_only", "lr_twice"})
    EXPECT_THAT(causes, Contains(cause));
  EXPECT_TRUE(std::is_sorted(causes.begin(), causes.end()));
}

}  // namespace
}  // namespace twin
