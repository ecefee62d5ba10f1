// The examination of a network that is known to be mistaken must name that mistake, and of a right one none.
// The mistakes of each layer, loss and optimiser are fed to it by mistakes_test.cpp; mistaken code by
// tests/mutants.
#include "shared/compare_networks/examination.hpp"

#include <functional>
#include <gmock/gmock.h>

#include "shared/compare_networks/findings.hpp"
#include "shared/compare_networks/wrong_values.hpp"
#include "tests/support/mistaken_backend.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// The right networks of another specification than the one that is asked for.
class OtherSpecBackend final : public Backend {
 public:
  OtherSpecBackend(const Backend& right, std::function<void(NetworkSpec&)> change)
      : right_(right), change_(std::move(change)) {}

  std::string_view name() const override { return right_.name(); }
  std::string description() const override { return right_.description() + ", of another specification"; }
  bool available(Device device) const override { return right_.available(device); }
  std::unique_ptr<Network> build(const NetworkSpec& spec, DType dtype, Device device) const override {
    NetworkSpec other = spec;
    change_(other);
    return right_.build(other, dtype, device);
  }
  void set_threads(int threads) const override { right_.set_threads(threads); }
  int threads() const override { return right_.threads(); }

 private:
  const Backend& right_;
  std::function<void(NetworkSpec&)> change_;
};

class Examination : public testing::Test {
 protected:
  void SetUp() override {
    if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  }

  std::vector<Finding> diagnose(const NetworkSpec& spec, std::int64_t rows, const Mistake& mistake) const {
    return diagnose(spec, rows, MistakenBackend(twins().manual, mistake));
  }

  std::vector<Finding> diagnose(const NetworkSpec& spec, std::int64_t rows, const Backend& manual) const {
    const RandomCase data = random_case(spec, rows, input_features(spec), 1);
    return diagnose_twins({manual, twins().autograd, twins().errors}, spec, data.parameters, data.batches,
                          {});
  }

  // Of a step that manual takes rightly, and whose trace is changed then.
  std::vector<Finding> diagnose_trace(const std::function<void(Trace&)>& change) const {
    return diagnose_trace(random_case(spec, 7, input_features(spec), 1), change);
  }

  std::vector<Finding> diagnose_trace(const RandomCase& data,
                                      const std::function<void(Trace&)>& change) const {
    const auto network = [&](const Backend& backend) { return loaded(backend, spec, data.parameters); };
    const OwnedBatch& batch = data.batches[0];
    Trace manual = trace_with_buffers(*network(twins().manual), batch);
    change(manual);
    const TracedStep right(*network(*twins().autograd), spec, batch, nullptr);
    return findings_of(suspects_in_step(right, manual, [&] {
      return twins().errors(spec, right.before(), batch.view(), {.traced = true}).trace;
    }));
  }

  static Tensor& value_in(Trace& trace, Role role, const char* path) {
    return const_cast<Tensor&>(find(trace, role, path)->value);
  }

  static Mistake times(double factor, const char* tensor = "hidden.weight") {
    return [factor, tensor](Gradients& gradients, const Gradients*, std::int64_t) {
      for (double& value : gradients.parameters.at(tensor).data<double>()) value *= factor;
    };
  }

  NetworkSpec spec = mlp({5, 4, 3}, MseLossSpec{}, SgdSpec{.lr = 0.1}, UniformInitialiser{});
};

TEST_F(Examination, FindsNothingWrongWithRightCode) {
  const Mistake none = [](Gradients&, const Gradients*, std::int64_t) {};
  EXPECT_THAT(diagnose(spec, 4, none), IsEmpty());
  for (const CatalogueEntry& entry : catalogue()) {
    if (is_large(entry.spec)) continue;
    const RandomCase data = catalogue_case(entry, 10, 1);
    EXPECT_THAT(diagnose_twins(twins(), entry.spec, data.parameters, data.batches, {}), IsEmpty())
        << entry.name;
  }
  // On some of these sums cancel, and half of the digits of what is left are rounding errors, or all. Bounds
  // say nothing of exp where it underflows: huge scores leave 0 in one twin, next to nothing in the other.
  for (const Stem& stem : stems())
    for (const Example& example : stem.examples) {
      if (stem.name.ends_with("attention") && example.name == "huge") continue;
      const RandomCase data = example_case(example, 1);
      EXPECT_THAT(diagnose_twins(twins(), example.spec, data.parameters, data.batches, {}), IsEmpty())
          << stem.name << ", " << example.name;
    }
}

TEST_F(Examination, NamesTheTensorAndTheCause) {
  const std::vector<Finding> findings = diagnose(spec, 4, times(-1));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "sign");
  EXPECT_EQ(findings[0].tensor, "hidden.weight");
  EXPECT_THAT(findings[0].text, HasSubstr("manual = -1 × autograd in all 20 entries"));
}

// Four samples, and four hidden units: another batch tells which of them the factor is.
TEST_F(Examination, TellsSizesApartThatAreEqual) {
  const std::vector<Finding> by_batch =
      diagnose(spec, 4, [](Gradients& gradients, const Gradients*, std::int64_t rows) {
        for (double& value : gradients.parameters.at("hidden.weight").data<double>())
          value *= static_cast<double>(rows);
      });
  ASSERT_EQ(by_batch.size(), 1U);
  EXPECT_EQ(by_batch[0].cause, "factor_batch");
  const std::vector<Finding> by_width = diagnose(spec, 4, times(4));
  ASSERT_EQ(by_width.size(), 1U);
  EXPECT_EQ(by_width[0].cause, "factor_extent");
}

TEST_F(Examination, BlamesTheLayerWhoseValueIsWrongFirst) {
  const std::vector<Finding> findings = diagnose_trace([](Trace& trace) {
    value_in(trace, Role::input_gradient, "hidden_sigmoid") =
        value_in(trace, Role::output_gradient, "hidden_sigmoid");
    for (const char* later : {"hidden.weight", "hidden.bias"})
      for (double& value : value_in(trace, Role::parameter_gradient, later).data<double>()) value *= value;
  });
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "derivative_left_out");
  EXPECT_EQ(findings[0].tensor, "hidden_sigmoid: d_x");
  EXPECT_EQ(
      findings[0].text,
      "d_x of hidden_sigmoid (the gradient that flows back out of it): manual computes d_x = d_y in all 28 "
      "entries; the derivative of the sigmoid is left out");
}

// It hands on what it is given.
TEST_F(Examination, NamesALayerThatTheWayBackLeavesOut) {
  const std::vector<Finding> findings = diagnose_trace([](Trace& trace) {
    std::erase_if(trace, [](const TraceEntry& entry) {
      return entry.path == "output_sigmoid" && entry.step == "adjustment";
    });
  });
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "derivative_left_out");
  EXPECT_EQ(findings[0].tensor, "output_sigmoid: d_x");
}

// The gradient of the keys' bias is 0 in exact arithmetic: what is left of it is rounding errors, other ones
// in each twin. It comes before what is wrong.
TEST_F(Examination, BlamesNoRoundingForAMistakeThatIsMadeBehindIt) {
  const Example& example = find_stem("self_attention")->examples.front();
  spec = example.spec;
  const std::vector<Finding> findings = diagnose_trace(example_case(example, 1), [](Trace& trace) {
    const Tensor& of_keys = value_in(trace, Role::input_gradient, "attention.k_proj");
    const std::span<double> d_x = value_in(trace, Role::input_gradient, "attention").data<double>();
    for (std::size_t i = 0; i < d_x.size(); ++i) d_x[i] -= of_keys.data<double>()[i];
  });
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "branch_missing");
  EXPECT_EQ(findings[0].tensor, "attention: d_x");
}

TEST_F(Examination, TellsWhichGradientsShareTheCause) {
  const std::vector<Finding> findings = diagnose_trace([](Trace& trace) {
    for (const char* gradient : {"output.weight", "output.bias", "hidden.weight"})
      for (double& value : value_in(trace, Role::parameter_gradient, gradient).data<double>()) value *= 7;
  });
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "factor_batch");
  EXPECT_THAT(findings[0].text, HasSubstr("the gradient of output.weight: manual = 7 × autograd"));
  EXPECT_THAT(findings[0].text, HasSubstr("; the same in output.bias, hidden.weight"));
}

TEST_F(Examination, NamesShapesThatDiffer) {
  const std::vector<Finding> findings = diagnose_trace([](Trace& trace) {
    value_in(trace, Role::input_gradient, "output") = Tensor::zeros("output: d_x", {7, 3}, DType::float64);
  });
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "wrong_shape");
  EXPECT_THAT(findings[0].text, HasSubstr("7×3 in manual, 7×4 in autograd"));
}

TEST_F(Examination, NamesAnotherLearningRate) {
  spec.schedule = CosineWithWarmupSchedule{.warmup_steps = 2, .total_steps = 7};
  const OtherSpecBackend manual(twins().manual, [](NetworkSpec& other) { other.schedule.reset(); });
  const std::vector<Finding> findings = diagnose(spec, 4, manual);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "learning_rate");
  EXPECT_THAT(findings[0].text, HasSubstr("learning_rate after step 1: 0.1 in manual, 0.05 in autograd"));
}

TEST_F(Examination, NamesAClippingThatIsLeftOut) {
  spec.clipping = ClipGradNormSpec{.max_norm = 1e-2};
  const OtherSpecBackend manual(twins().manual, [](NetworkSpec& other) { other.clipping.reset(); });
  const std::vector<Finding> findings = diagnose(spec, 4, manual);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "clipping_left_out");
  EXPECT_EQ(findings[0].tensor, "hidden.weight, hidden.bias, output.weight, output.bias");
}

// The gradient by which autograd steps is the clipped one: by it, the optimiser's own mistakes are known.
TEST_F(Examination, NamesAMistakeInAnUpdateByClippedGradients) {
  spec.optimizer = SgdSpec{.lr = 0.1, .momentum = 0.9};
  spec.clipping = ClipGradNormSpec{.max_norm = 1e-2};
  const OtherSpecBackend manual(
      twins().manual, [](NetworkSpec& other) { set_hyperparameter(other.optimizer, "momentum", 1); });
  const std::vector<Finding> findings = diagnose(spec, 4, manual);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "momentum_missing");
  EXPECT_EQ(findings[0].tensor,
            "hidden.weight.momentum_buffer, hidden.bias.momentum_buffer, output.weight.momentum_buffer, "
            "output.bias.momentum_buffer");
}

// At the first call all is right; the mark is in the steps that follow.
TEST_F(Examination, FindsGradientsThatAreNeverZeroed) {
  const std::vector<Finding> findings =
      diagnose(spec, 4, [](Gradients& gradients, const Gradients* previous, std::int64_t) {
        if (!previous) return;
        for (Tensor& gradient : gradients.parameters) {
          const std::span<double> values = gradient.data<double>();
          const std::span<const double> before = previous->parameters.at(gradient.name()).data<double>();
          for (std::size_t i = 0; i < values.size(); ++i) values[i] += before[i];
        }
      });
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "accumulated");
  EXPECT_EQ(findings[0].tensor, "hidden.weight, hidden.bias, output.weight, output.bias");
}

TEST_F(Examination, NamesAMaskThatIsDrawnInEvaluationToo) {
  spec.layers = {{"dense", DenseSpec{5, 3}}, {"dropout", DropoutSpec{.p = 0.5}}};
  const MistakeInOutputs as_in_training = [](Network& right, const Batch& batch) {
    const NetworkState before = state_of(right);
    const Trace trace = right.trace_step(batch);
    load(right, before);
    return find(trace, Role::output, "dropout")->value;
  };
  const Mistake none = [](Gradients&, const Gradients*, std::int64_t) {};
  const std::vector<Finding> findings =
      diagnose(spec, 4, MistakenBackend(twins().manual, none, as_in_training));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "training_mode");
  EXPECT_EQ(findings[0].tensor, "outputs");
}

TEST_F(Examination, SaysSoWhenNothingFits) {
  const std::vector<Finding> findings =
      diagnose(spec, 4, [](Gradients& gradients, const Gradients*, std::int64_t) {
        const RandomStream noise(1, Purpose::test_data, 99);
        std::uint64_t i = 0;
        for (double& value : gradients.parameters.at("output.weight").data<double>())
          value += noise.uniform(i++, -1, 1);
      });
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "unexplained");
  EXPECT_EQ(findings[0].tensor, "output.weight");
}

}  // namespace
}  // namespace twin
