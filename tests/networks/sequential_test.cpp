#include "manual/networks/sequential.hpp"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <limits>
#include <set>

#include "manual/any_model.hpp"
#include "shared/data/dataset.hpp"
#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/train/trainer.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

constexpr Seed kRandomNetworks = 24;

class RandomMlpTwin : public testing::TestWithParam<Seed> {};
INSTANTIATE_TEST_SUITE_P(Seed, RandomMlpTwin, testing::Range(Seed{1}, kRandomNetworks + 1),
                         testing::PrintToStringParamName());

TEST_P(RandomMlpTwin, GradientsAndTenLockedStepsMatch) {
  const RandomNetwork network = random_mlp(GetParam());
  expect_twins_agree(network.spec, network.data, {.steps = 10, .seed = GetParam()});
}

TEST_P(RandomMlpTwin, StayTogetherForAThousandFreeSteps) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const RandomNetwork network = random_mlp(GetParam());
  for (const DType dtype : {DType::float64, DType::float32})
    expect_twins_stay_together(network.spec, network.data, dtype, {1, 10, 1000});
}

TEST(RandomMlps, CoverEveryDepthLossMomentumAndOddSize) {
  std::set<std::size_t> depths;
  std::set<std::int64_t> widths, rows;
  std::set<std::pair<bool, bool>> loss_and_momentum;
  bool not_square = false;
  for (Seed seed = 1; seed <= kRandomNetworks; ++seed) {
    const auto [spec, data] = random_mlp(seed);
    depths.insert(parameters_of(spec).size() / 2);
    rows.insert(data.batches[0].inputs.shape()[0]);
    loss_and_momentum.emplace(std::holds_alternative<MseLossSpec>(spec.loss),
                              std::get<SgdSpec>(spec.optimizer).momentum > 0);
    for (const LayerSpec& layer : spec.layers)
      if (const auto* dense = std::get_if<DenseSpec>(&layer.kind)) {
        widths.insert({dense->in_features, dense->out_features});
        not_square = not_square || dense->in_features != dense->out_features;
      }
  }
  EXPECT_THAT(depths, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(widths, ElementsAre(1, 2, 3, 5, 7, 11, 13, 31));
  EXPECT_THAT(rows, ElementsAre(1, 2, 7, 19));
  EXPECT_EQ(loss_and_momentum.size(), 4U);
  EXPECT_TRUE(not_square);
}

// ---- The trace of a step

std::vector<std::string> quantities_of(const Trace& trace) {
  std::vector<std::string> quantities;
  for (const TraceEntry& entry : trace) quantities.push_back(entry.quantity());
  return quantities;
}

// The names of the steps, in the order in which they begin.
std::vector<std::string> steps_of(const Trace& trace) {
  std::vector<std::string> steps;
  for (const TraceEntry& entry : trace)
    if (std::find(steps.begin(), steps.end(), entry.step) == steps.end()) steps.push_back(entry.step);
  return steps;
}

NamedTensors values_of(const Trace& trace) {
  NamedTensors values;
  for (const TraceEntry& entry : trace) values.add(entry.value);
  return values;
}

NetworkSpec small_mlp(LossSpec loss = MseLossSpec{}, double momentum = 0) {
  return mlp({3, 5, 2}, loss, SgdSpec{.lr = 0.5, .momentum = momentum}, UniformInitialiser{});
}

TEST(Trace, ListsEveryQuantityInTheOrderOfItsComputation) {
  const RandomCase data = random_case(small_mlp(), 4, 3, 1);
  for (const Backend* backend : backends()) {
    const Trace trace = loaded(*backend, small_mlp(), data.parameters)->trace_step(data.batches[0].view());
    EXPECT_THAT(quantities_of(trace),
                ElementsAre("X", "hidden: x", "hidden", "hidden_sigmoid: x", "hidden_sigmoid", "output: x",
                            "output", "output_sigmoid: x", "output_sigmoid", "loss", "error",
                            "output_sigmoid: d_y", "output_sigmoid: d_x", "output: d_y", "d_output.weight",
                            "d_output.bias", "output: d_x", "hidden_sigmoid: d_y", "hidden_sigmoid: d_x",
                            "hidden: d_y", "d_hidden.weight", "d_hidden.bias", "hidden: d_x", "hidden.weight",
                            "hidden.bias", "output.weight", "output.bias"))
        << backend->name();
    // What a layer is handed was computed, and has its formula, elsewhere.
    for (const TraceEntry& entry : trace)
      EXPECT_EQ(entry.formula.empty(),
                (entry.role == Role::input && !entry.path.empty()) || entry.role == Role::output_gradient)
          << entry.quantity();
  }
}

TEST(Trace, NamesTheFiveStepsOfEachTwin) {
  const RandomCase data = random_case(small_mlp(), 4, 3, 1);
  const auto steps = [&](const Backend& backend) {
    return steps_of(loaded(backend, small_mlp(), data.parameters)->trace_step(data.batches[0].view()));
  };
  EXPECT_THAT(steps(twins().manual),
              ElementsAre("predicted_output", "error", "adjustment", "weights", "bias"));
  if (!twins().autograd) return;
  EXPECT_THAT(steps(*twins().autograd), ElementsAre("outputs = model(X)", "loss = loss_function(outputs, y)",
                                                    "loss.backward()", "optimizer.step()"));
}

TEST(Trace, TwinsListTheSameQuantitiesAndValues) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  for (const DType dtype : {DType::float64, DType::float32})
    for (Seed seed = 1; seed <= 8; ++seed) {
      const auto [spec, data] = random_mlp(seed);
      const OwnedBatch batch = data.batches[0].as(dtype);
      const auto trace = [&](const Backend& backend) {
        return loaded(backend, spec, data.parameters, dtype)->trace_step(batch.view());
      };
      const Trace manual = trace(twins().manual);
      const Trace autograd = trace(*twins().autograd);
      ASSERT_EQ(quantities_of(manual), quantities_of(autograd));
      for (std::size_t i = 0; i < manual.size(); ++i) {
        EXPECT_EQ(manual[i].value.name(), manual[i].quantity());
        EXPECT_EQ(autograd[i].value.name(), autograd[i].quantity());
        EXPECT_LE(difference(manual[i].value, autograd[i].value).max_rel(), 64 * unit_roundoff(dtype))
            << to_string(dtype) << ", " << widths_of(spec) << ", " << manual[i].quantity();
      }
    }
}

TEST(Trace, HoldsWhatTheOtherCallsReturnAndTrainsAlike) {
  for (const Backend* backend : backends())
    for (Seed seed = 1; seed <= 8; ++seed) {
      const auto [spec, data] = random_mlp(seed);
      const Batch batch = data.batches[0].view();
      const std::unique_ptr<Network> traced = loaded(*backend, spec, data.parameters);
      const std::unique_ptr<Network> trained = loaded(*backend, spec, data.parameters);
      for (int step = 0; step < 3; ++step) {
        const Gradients gradients = trained->gradients(batch);
        const Tensor outputs = trained->predict(batch.inputs);
        const NamedTensors values = values_of(traced->trace_step(batch));
        EXPECT_EQ(values.at(spec.layers.back().name).to_doubles(), outputs.to_doubles());
        EXPECT_EQ(values.at(spec.layers.front().name + ": d_x").to_doubles(), gradients.input->to_doubles());
        for (const Tensor& gradient : gradients.parameters)
          EXPECT_EQ(values.at("d_" + gradient.name()).to_doubles(), gradient.to_doubles());
        EXPECT_EQ(trained->loss(batch), gradients.loss);
        EXPECT_EQ(trained->train_step(batch), gradients.loss);
        EXPECT_EQ(values.at("loss").to_doubles().at(0), gradients.loss);
        for (const Tensor& parameter : trained->parameters())
          EXPECT_EQ(values.at(parameter.name()).to_doubles(), parameter.to_doubles()) << backend->name();
        EXPECT_EQ(largest_relative_gap(traced->parameters(), trained->parameters()), 0);
        EXPECT_EQ(largest_relative_gap(traced->optimizer_state(), trained->optimizer_state()), 0);
      }
    }
}

// ---- What each backend does by itself

class AnyBackend : public testing::TestWithParam<const Backend*> {
 protected:
  static std::unique_ptr<Network> build(const NetworkSpec& spec, DType dtype = DType::float64) {
    return GetParam()->build(spec, dtype, Device::cpu);
  }
};
INSTANTIATE_TEST_SUITE_P(Twins, AnyBackend, testing::ValuesIn(backends()), backend_name);

TEST_P(AnyBackend, StartsWithZeros) {
  for (const Tensor& parameter : build(small_mlp())->parameters())
    EXPECT_THAT(parameter.to_doubles(), testing::Each(0)) << parameter.name();
}

TEST_P(AnyBackend, GivesBackTheParametersItWasGiven) {
  for (const DType dtype : {DType::float64, DType::float32}) {
    const NamedTensors given = random_case(small_mlp(), 1, 3, 1).parameters.as(dtype);
    const std::unique_ptr<Network> network = build(small_mlp(), dtype);
    network->load_parameters(given);
    const NamedTensors taken = network->parameters();
    ASSERT_EQ(taken.size(), given.size());
    auto expected = given.begin();
    for (const Tensor& parameter : taken) {
      EXPECT_EQ(parameter.name(), expected->name());
      EXPECT_EQ(parameter.shape(), expected->shape());
      EXPECT_EQ(parameter.dtype(), dtype);
      EXPECT_EQ(parameter.to_doubles(), (expected++)->to_doubles());
    }
  }
}

TEST_P(AnyBackend, GradientsLeaveTheParametersAsTheyWere) {
  const RandomCase data = random_case(small_mlp(), 4, 3, 1);
  const std::unique_ptr<Network> network = loaded(*GetParam(), small_mlp(), data.parameters);
  network->gradients(data.batches[0].view());
  network->loss(data.batches[0].view());
  network->predict(data.batches[0].inputs.view());
  EXPECT_EQ(largest_relative_gap(network->parameters(), data.parameters), 0);
}

TEST_P(AnyBackend, TakesBatchesOfAnySizeInTurn) {
  const NetworkSpec spec = small_mlp();
  const std::unique_ptr<Network> network = build(spec);
  for (const std::int64_t rows : {7, 1, 19, 2}) {
    const RandomCase data = random_case(spec, rows, 3, 1);
    network->load_parameters(data.parameters);
    const Gradients reused = network->gradients(data.batches[0].view());
    const Gradients fresh = loaded(*GetParam(), spec, data.parameters)->gradients(data.batches[0].view());
    EXPECT_EQ(reused.loss, fresh.loss);
    EXPECT_EQ(difference(*reused.input, *fresh.input).max_abs, 0);
    EXPECT_EQ(largest_relative_gap(reused.parameters, fresh.parameters), 0);
  }
}

TEST_P(AnyBackend, RepeatsItselfBitForBit) {
  const Dataset dataset = load_dataset("xor");
  const NetworkSpec spec =
      mlp({2, 31, 7, 1}, MseLossSpec{}, SgdSpec{.lr = 0.5, .momentum = 0.9}, UniformInitialiser{});
  for (const DType dtype : {DType::float64, DType::float32}) {
    const auto losses = [&](Seed seed) {
      const std::unique_ptr<Network> network = build(spec, dtype);
      network->load_parameters(initial_parameters(spec, dtype, seed));
      const std::vector<Trainee> trainees{{"twin", *network}};
      std::vector<double> all;
      train(dataset, trainees, {.epochs = 100, .batch_size = 3, .dtype = dtype, .seed = seed},
            [&](const EpochResult& epoch) { all.push_back(epoch.loss[0]); });
      return all;
    };
    const std::vector<double> first = losses(1);
    EXPECT_EQ(losses(1), first);
    EXPECT_NE(losses(2), first);
  }
}

TEST_P(AnyBackend, RefusesParametersThatDoNotFitAndKeepsItsOwn) {
  const NamedTensors own = random_case(small_mlp(), 1, 3, 1).parameters;
  const std::unique_ptr<Network> network = loaded(*GetParam(), small_mlp(), own);
  // All but the last tensor fit: nothing may be taken before all have been looked at.
  const auto with_last = [&](const Tensor& last) {
    NamedTensors parameters;
    for (const Tensor& parameter : own)
      if (parameter.name() != "output.bias")
        parameters.add(Tensor::zeros(parameter.name(), parameter.shape(), parameter.dtype()));
    parameters.add(last);
    return parameters;
  };
  const auto load = [&](const Tensor& last) { network->load_parameters(with_last(last)); };
  EXPECT_THROW_MESSAGE(network->load_parameters({}), ShapeError, "no tensor is named hidden.weight");
  EXPECT_THROW_MESSAGE(load(Tensor::zeros("other", {2}, DType::float64)), ShapeError,
                       "no tensor is named output.bias", "other");
  EXPECT_THROW_MESSAGE(load(Tensor::zeros("output.bias", {1, 2}, DType::float64)), ShapeError,
                       "output.bias of " + std::string(GetParam()->name()), "expected 2, got 1×2");
  EXPECT_THROW_MESSAGE(load(Tensor::zeros("output.bias", {2}, DType::float32)), ShapeError, "output.bias",
                       "expected float64, got float32");
  EXPECT_EQ(largest_relative_gap(network->parameters(), own), 0);
  load(Tensor::zeros("output.bias", {2}, DType::float64));
  EXPECT_EQ(network->parameters().at("hidden.weight").to_doubles(), std::vector<double>(15));
}

// A batch that does not fit is refused by every call that takes one, and changes nothing.
class WrongBatch : public AnyBackend {
 protected:
  template <typename E, typename... Parts>
  static void expect_refused(const NetworkSpec& spec, const OwnedBatch& wrong, const Parts&... parts) {
    const RandomCase right = random_case(spec, 4, 3, 1);
    const std::unique_ptr<Network> network = loaded(*GetParam(), spec, right.parameters);
    const Batch batch = wrong.view();
    EXPECT_THROW_MESSAGE(network->loss(batch), E, parts...);
    EXPECT_THROW_MESSAGE(network->gradients(batch), E, parts...);
    EXPECT_THROW_MESSAGE(network->trace_step(batch), E, parts...);
    EXPECT_THROW_MESSAGE(network->train_step(batch), E, parts...);
    EXPECT_EQ(largest_relative_gap(network->parameters(), right.parameters), 0);

    // What it computes afterwards owes nothing to the refused batch.
    network->train_step(right.batches[0].view());
    const std::unique_ptr<Network> fresh = loaded(*GetParam(), spec, right.parameters);
    fresh->train_step(right.batches[0].view());
    EXPECT_EQ(largest_relative_gap(network->parameters(), fresh->parameters()), 0);
  }

  static Tensor zeros(const char* name, Shape shape, DType dtype = DType::float64) {
    return Tensor::zeros(name, std::move(shape), dtype);
  }
};
INSTANTIATE_TEST_SUITE_P(Twins, WrongBatch, testing::ValuesIn(backends()), backend_name);

TEST_P(WrongBatch, InputsAreRefused) {
  const NetworkSpec spec = small_mlp();
  const Tensor targets = zeros("targets", {4, 2});
  expect_refused<ShapeError>(spec, {zeros("inputs", {4, 3}, DType::float32), targets}, "inputs",
                             "expected float64, got float32");
  expect_refused<ShapeError>(spec, {zeros("inputs", {4, 2}), targets}, "inputs", "expected 4×3, got 4×2");
  expect_refused<ShapeError>(spec, {zeros("inputs", {12}), targets}, "inputs", "expected N×features, got 12");
  expect_refused<ShapeError>(loss_alone(MseLossSpec{}), {zeros("inputs", {12}), zeros("targets", {12})},
                             "inputs", "expected N×features, got 12");
  expect_refused<LayerError>(spec, {zeros("inputs", {0, 3}), zeros("targets", {0, 2})},
                             "expected one to five extents, all above 0, got 0×3");
  const Tensor six = zeros("inputs", {1, 1, 1, 1, 1, 1});
  expect_refused<LayerError>(layer_alone(smooth_layer("smooth")), {six, six.renamed("targets")},
                             "smooth: expected one to five extents, all above 0, got 1×1×1×1×1×1");
}

TEST_P(WrongBatch, TargetsAreRefused) {
  const NetworkSpec spec = small_mlp();
  const Tensor inputs = zeros("inputs", {4, 3});
  expect_refused<ShapeError>(spec, {inputs, zeros("targets", {4, 2}, DType::float32)}, "targets",
                             "expected float64, got float32");
  expect_refused<ShapeError>(spec, {inputs, zeros("targets", {4}, DType::int64)}, "targets",
                             "expected float64, got int64");
  expect_refused<ShapeError>(spec, {inputs, zeros("targets", {4, 1})}, "targets", "expected 4×2, got 4×1");
  expect_refused<ShapeError>(spec, {inputs, zeros("targets", {3, 2})}, "targets", "expected 4×2, got 3×2");
  expect_refused<ShapeError>(spec, {inputs, zeros("targets", {8})}, "targets", "got 8");
}

TEST_P(WrongBatch, LabelsAreRefused) {
  const NetworkSpec spec = small_mlp(CrossEntropyLossSpec{});
  const Tensor inputs = zeros("inputs", {4, 3});
  expect_refused<ShapeError>(spec, {inputs, zeros("targets", {4, 2})}, "targets",
                             "expected int64, got float64");
  expect_refused<ShapeError>(spec, {inputs, zeros("targets", {4, 1}, DType::int64)}, "targets", "got 4×1");
  expect_refused<ShapeError>(spec, {inputs, zeros("targets", {3}, DType::int64)}, "expected 4, got 3");
  for (const std::int64_t label : {-1, 2, 1000000})
    expect_refused<DataError>(spec,
                              {inputs, Tensor("targets", {4}, std::vector<std::int64_t>{0, 1, label, 0})},
                              "label " + std::to_string(label), "out of range 0…1");
}

TEST_P(AnyBackend, RefusesHyperparametersThatAreNone) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double lr : {kNan, kInfinity, -0.1, 0.0}) {
    NetworkSpec spec = small_mlp();
    std::get<SgdSpec>(spec.optimizer).lr = lr;
    EXPECT_THROW_MESSAGE(build(spec), UsageError, "lr is");
  }
  for (const double momentum : {kNan, kInfinity, -0.1}) {
    NetworkSpec spec = small_mlp();
    std::get<SgdSpec>(spec.optimizer).momentum = momentum;
    EXPECT_THROW_MESSAGE(build(spec), UsageError, "momentum is");
  }
}

TEST_P(AnyBackend, RefusesLayersThatDoNotFit) {
  NetworkSpec spec = small_mlp();
  std::get<DenseSpec>(spec.layers[2].kind).in_features = 4;
  EXPECT_THROW_MESSAGE(build(spec), ShapeError, "output: expected 4 features, got 1×5");
}

TEST_P(AnyBackend, RefusesIntegerArithmetic) {
  for (const DType dtype : {DType::int64, DType::uint8})
    EXPECT_THROW_MESSAGE(build(small_mlp(), dtype), ShapeError,
                         "no network computes in " + std::string(to_string(dtype)));
}

TEST_P(AnyBackend, RefusesADeviceThatIsNotThere) {
  EXPECT_TRUE(GetParam()->available(Device::cpu));
  if (GetParam()->available(Device::cuda)) GTEST_SKIP() << "there is a CUDA device";
  EXPECT_THROW_MESSAGE(GetParam()->build(small_mlp(), DType::float32, Device::cuda), MachineError,
                       "use --device cpu");
}

TEST(ManualBackend, HasNoCuda) { EXPECT_FALSE(twins().manual.available(Device::cuda)); }

// ---- The ends of the range: no layer, no parameter, many layers

std::vector<NetworkSpec> networks_without_parameters() {
  std::vector<NetworkSpec> specs;
  for (const LossSpec& loss :
       std::vector<LossSpec>{MseLossSpec{}, CrossEntropyLossSpec{}, InnerProductLossSpec{}})
    for (const std::vector<LayerSpec>& layers : std::vector<std::vector<LayerSpec>>{
             {}, {{"one", SigmoidSpec{}}}, {{"one", SigmoidSpec{}}, {"two", SigmoidSpec{}}}})
      for (const double momentum : {0.0, 0.9})
        specs.push_back({layers, loss, SgdSpec{.lr = 0.1, .momentum = momentum}, UniformInitialiser{}});
  return specs;
}

TEST(SequentialTwin, NetworksWithoutParametersMatch) {
  Seed seed = 1;
  for (const NetworkSpec& spec : networks_without_parameters()) expect_twins_agree(spec, 5, 3, seed++);
}

TEST_P(AnyBackend, NetworksWithoutParametersTakeATrainingStep) {
  for (const NetworkSpec& spec : networks_without_parameters()) {
    const RandomCase data = random_case(spec, 5, 3, 1);
    const Batch view = data.batches[0].view();
    const std::unique_ptr<Network> network = build(spec);
    EXPECT_EQ(network->train_step(view), network->loss(view));
    EXPECT_EQ(network->parameters().size(), 0U);
    EXPECT_EQ(network->optimizer_state().size(), 0U);
    const Trace trace = network->trace_step(view);
    EXPECT_EQ(trace.size(), 3 + 4 * spec.layers.size()) << "X, loss, error, and x, y, d_y, d_x of each layer";
    network->load_parameters({});
    network->load_optimizer_state({});
  }
}

// Dense layers with nothing between them, an activation first: not what mlp() makes.
TEST(SequentialTwin, LayersInAnyOrderMatch) {
  const NetworkSpec spec{{{"squash", SigmoidSpec{}},
                          {"first", DenseSpec{3, 7}},
                          {"second", DenseSpec{7, 2}},
                          {"twice", SigmoidSpec{}},
                          {"again", SigmoidSpec{}}},
                         MseLossSpec{},
                         SgdSpec{.lr = 0.1, .momentum = 0.9},
                         UniformInitialiser{}};
  for (Seed seed = 1; seed <= 5; ++seed) expect_twins_agree(spec, 5, 3, seed);
}

TEST(Sequential, TrainingSkipsNothingButTheInputGradient) {
  const NetworkSpec spec = small_mlp();
  manual::AnyModel<double> whole(spec), part(spec);
  const manual::Matrix<double> x = manual::Matrix<double>::Random(4, 3);
  const manual::Matrix<double> d_y = manual::Matrix<double>::Random(4, 2);
  const manual::Activation<double> inputs(x, manual::Extents(4, 3)), error(d_y, manual::Extents(4, 2));
  for (manual::AnyModel<double>* model : {&whole, &part}) {
    for (manual::Parameter<double>& parameter : model->parameters()) parameter.value.setConstant(0.25);
    model->forward(inputs, {});
  }
  whole.backward(error, {});
  part.backward_parameters(error, {});
  const auto& expected = whole.parameters();
  const auto& actual = part.parameters();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(actual[i].gradient, expected[i].gradient) << expected[i].name;
    EXPECT_GT(expected[i].gradient.cwiseAbs().maxCoeff(), 0) << "vacuous";
  }
}

}  // namespace
}  // namespace twin
