#include "manual/layers/lstm.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

NetworkSpec lstm(LstmSpec kind, std::int64_t steps) {
  NetworkSpec spec = layer_alone({"lstm", kind});
  spec.input = {steps, kind.input_size};
  return spec;
}

TEST(LstmTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    LstmSpec spec{.input_size = drawn(1, 4),
                  .hidden_size = drawn(1, 4),
                  .bias = drawn_bool(),
                  .num_layers = drawn(1, 2),
                  .bidirectional = drawn_bool()};
    spec.carry_state = !spec.bidirectional && drawn_bool();
    return layer_example("any", {{"lstm", spec}}, {drawn(1, 3), drawn(1, 5), spec.input_size});
  });
}

class LstmOnEachSide : public testing::TestWithParam<const Backend*> {};
INSTANTIATE_TEST_SUITE_P(Sides, LstmOnEachSide, testing::ValuesIn(backends()), backend_name);

// One unit, one feature, two steps, by hand: the rows of the weights are those of i, f, g and o.
TEST_P(LstmOnEachSide, ComputesWhatTheFormulasSay) {
  const NetworkSpec spec = lstm({1, 1}, 2);
  NamedTensors parameters;
  parameters.add({"lstm.weight_ih_l0", {4, 1}, std::vector<double>{1, 2, 3, 4}});
  parameters.add({"lstm.weight_hh_l0", {4, 1}, std::vector<double>{-1, 0.5, 2, -3}});
  parameters.add({"lstm.bias_ih_l0", {4}, std::vector<double>{0.5, -1, 0.25, 1}});
  parameters.add({"lstm.bias_hh_l0", {4}, std::vector<double>{-0.25, 2, -0.5, 0}});
  const std::unique_ptr<Network> network = loaded(*GetParam(), spec, parameters);
  const Tensor x("inputs", {1, 2, 1}, std::vector<double>{0.3, -0.7});
  const std::vector<double> y = network->predict(x.view()).to_doubles();

  const auto sigma = [](double a) { return 1 / (1 + std::exp(-a)); };
  const double c_1 = sigma(0.3 + 0.25) * std::tanh(0.9 - 0.25);
  const double h_1 = sigma(1.2 + 1) * std::tanh(c_1);
  const double c_2 =
      sigma(-1.4 + 0.5 * h_1 + 1) * c_1 + sigma(-0.7 - h_1 + 0.25) * std::tanh(-2.1 + 2 * h_1 - 0.25);
  const double h_2 = sigma(-2.8 - 3 * h_1 + 1) * std::tanh(c_2);
  EXPECT_NEAR(y[0], h_1, 1e-15);
  EXPECT_NEAR(y[1], h_2, 1e-15);
}

// Two halves of a sequence with the state carried between them are the whole sequence, on the way forward.
TEST_P(LstmOnEachSide, GoesOnWhereTheBatchBeforeEnded) {
  const NetworkSpec whole = lstm({3, 2}, 6), half = lstm({3, 2, true, true}, 3);
  const RandomCase data = random_case(whole, 2, 18, 1);
  const std::vector<double> x = data.batches[0].inputs.to_doubles(),
                            d_y = data.batches[0].targets.to_doubles();
  const auto part = [](const std::vector<double>& all, std::size_t width, std::size_t which) {
    std::vector<double> values;
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}})
      values.insert(values.end(), all.begin() + static_cast<std::ptrdiff_t>((2 * n + which) * 3 * width),
                    all.begin() + static_cast<std::ptrdiff_t>((2 * n + which + 1) * 3 * width));
    return values;
  };
  NetworkSpec still = half;
  still.optimizer = SgdSpec{.lr = 1e-300};  // a step that leaves the weights as they are
  const std::unique_ptr<Network> at_once = loaded(*GetParam(), whole, data.parameters),
                                 in_parts = loaded(*GetParam(), still, data.parameters);
  double loss = 0;
  for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
    const Tensor inputs("inputs", {2, 3, 3}, part(x, 3, which)),
        targets("targets", {2, 3, 2}, part(d_y, 2, which));
    loss += in_parts->train_step({inputs.view(), targets.view()});
  }
  EXPECT_NEAR(loss, at_once->loss(data.batches[0].view()), 1e-14);
}

// The state at the end of a batch is kept by a training step alone, and a sequence without it starts anew.
TEST_P(LstmOnEachSide, CarriesItsStateFromOneTrainingStepToTheNext) {
  const NetworkSpec spec = lstm({3, 2, true, true}, 4);
  const RandomCase data = random_case(spec, 3, 12, 1);
  const std::unique_ptr<Network> network = loaded(*GetParam(), spec, data.parameters);
  const Batch batch = data.batches[0].view();
  EXPECT_EQ(network->buffers().size(), 0u);
  const double loss_from_zeros = network->loss(batch);
  network->gradients(batch);
  network->predict(batch.inputs);
  EXPECT_EQ(network->buffers().size(), 0u) << "no training step";

  network->train_step(batch);
  const NamedTensors states = network->buffers();
  EXPECT_EQ(states.at("lstm.h").shape(), (Shape{3, 2}));
  EXPECT_EQ(states.at("lstm.c").shape(), (Shape{3, 2}));
  network->load_parameters(data.parameters);
  EXPECT_NE(network->loss(batch), loss_from_zeros);
  network->gradients(batch);
  network->predict(batch.inputs);
  EXPECT_EQ(largest_relative_gap(network->buffers(), states), 0) << "only training steps move states";

  network->reset_state();
  EXPECT_EQ(network->buffers().size(), 0u);
  EXPECT_EQ(network->loss(batch), loss_from_zeros);
  network->load_buffers(states);
  EXPECT_EQ(largest_relative_gap(network->buffers(), states), 0);
  EXPECT_NE(network->loss(batch), loss_from_zeros);
}

// Each layer carries its own.
TEST_P(LstmOnEachSide, SeveralLayersCarryTheirStates) {
  const LstmSpec two{.input_size = 3, .hidden_size = 2, .carry_state = true, .num_layers = 2};
  const LstmSpec lower{3, 2, true, true}, upper{2, 2, true, true};
  NetworkSpec in_one = lstm(two, 4), apart = in_one;
  apart.layers = {{"lower", lower}, {"upper", upper}};
  const RandomCase data = random_case(in_one, 3, 12, 1);
  NamedTensors parameters;
  for (const ParameterSpec& p : lower.parameters())
    parameters.add(data.parameters.at("lstm." + p.name).renamed("lower." + p.name));
  for (const ParameterSpec& p : upper.parameters()) {
    std::string name = "lstm." + p.name;
    name.back() = '1';
    parameters.add(data.parameters.at(name).renamed("upper." + p.name));
  }
  const std::unique_ptr<Network> network = loaded(*GetParam(), in_one, data.parameters),
                                 expected = loaded(*GetParam(), apart, parameters);
  for (const OwnedBatch& batch : data.batches)
    EXPECT_NEAR(network->train_step(batch.view()), expected->train_step(batch.view()), 1e-14);
  const NamedTensors states = network->buffers(), right = expected->buffers();
  for (const auto& [state, other] : {std::pair{"lstm.h_l0", "lower.h"},
                                     {"lstm.c_l0", "lower.c"},
                                     {"lstm.h_l1", "upper.h"},
                                     {"lstm.c_l1", "upper.c"}})
    EXPECT_LT(difference(states.at(state), right.at(other)).max_abs, 1e-14) << state;
  network->reset_state();
  EXPECT_EQ(network->buffers().size(), 0u);
}

TEST_P(LstmOnEachSide, EvaluatesFromZeros) {
  const NetworkSpec carrying = lstm({3, 2, true, true}, 4), other = lstm({3, 2}, 4);
  const RandomCase data = random_case(carrying, 3, 12, 1);
  const std::unique_ptr<Network> network = loaded(*GetParam(), carrying, data.parameters);
  const Batch batch = data.batches[0].view();
  network->train_step(batch);
  network->load_parameters(data.parameters);
  EXPECT_EQ(network->predict(batch.inputs).to_doubles(),
            loaded(*GetParam(), other, data.parameters)->predict(batch.inputs).to_doubles());
}

TEST_P(LstmOnEachSide, RefusesABatchOfAnotherSizeThanTheStatesThatItCarries) {
  const NetworkSpec spec = lstm({3, 2, true, true}, 4);
  const RandomCase three = random_case(spec, 3, 12, 1), two = random_case(spec, 2, 12, 2);
  const std::unique_ptr<Network> network = loaded(*GetParam(), spec, three.parameters);
  network->train_step(three.batches[0].view());
  const NamedTensors states = network->buffers();
  EXPECT_THROW_MESSAGE(network->train_step(two.batches[0].view()), LayerError,
                       "lstm: expected a batch of 3, of which it carries the states, got 2; reset_state()");
  EXPECT_EQ(largest_relative_gap(network->buffers(), states), 0);
  EXPECT_NO_THROW(network->predict(two.batches[0].view().inputs)) << "evaluation starts from zeros";
  network->reset_state();
  EXPECT_NO_THROW(network->train_step(two.batches[0].view()));
}

TEST_P(LstmOnEachSide, RefusesShapesAndSizesThatDoNotFit) {
  const auto build = [](const NetworkSpec& spec) { GetParam()->build(spec, DType::float64, Device::cpu); };
  EXPECT_THROW_MESSAGE(build(lstm({3, 0}, 4)), LayerError, "lstm: hidden_size is 0");
  EXPECT_THROW_MESSAGE(build(lstm({-2, 3}, 4)), Error, "-2");
  EXPECT_THROW_MESSAGE(build(lstm({.num_layers = 0}, 4)), LayerError, "lstm: num_layers is 0");
  EXPECT_THROW_MESSAGE(build(lstm({.carry_state = true, .bidirectional = true}, 4)), LayerError,
                       "lstm: carry_state with bidirectional: a reverse direction has no batch before it");
  NetworkSpec flat = lstm({3, 2}, 4);
  flat.input = {3};
  EXPECT_THROW_MESSAGE(build(flat), LayerError, "lstm: expected N×T×3, got 1×3");
}

// The gradient from a state that is carried is that of constants: finite differences of the loss agree, which
// start from the same states.
TEST(LstmTwin, GradientsMatchFromACarriedState) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const NetworkSpec spec = lstm({3, 2, true, true}, 4);
  const RandomCase data = random_case(spec, 3, 12, 1);
  const auto after_a_step = [&](const Backend& backend) {
    std::unique_ptr<Network> network = loaded(backend, spec, data.parameters);
    network->train_step(data.batches[0].view());
    network->load_parameters(data.parameters);
    return network;
  };
  const std::unique_ptr<Network> manual = after_a_step(twins().manual),
                                 autograd = after_a_step(*twins().autograd);
  const Batch batch = data.batches[1].view();
  const Gradients actual = manual->gradients(batch), expected = autograd->gradients(batch);
  EXPECT_LT(largest_relative_gap(actual.parameters, expected.parameters), 1e-13);
  EXPECT_LT(difference(*actual.input, *expected.input).max_abs, 1e-14);

  constexpr double kStep = 1e-5;
  NamedTensors moved = data.parameters;
  double& weight = moved.at("lstm.weight_hh_l0").data<double>()[3];
  const double before = weight;
  const auto loss_at = [&](double value) {
    weight = value;
    manual->load_parameters(moved);
    return manual->loss(batch);
  };
  const double slope = (loss_at(before + kStep) - loss_at(before - kStep)) / (2 * kStep);
  EXPECT_NEAR(slope, actual.parameters.at("lstm.weight_hh_l0").to_doubles()[3], 1e-8);
}

TEST(Lstm, GradientsAddUpUntilZeroGrad) {
  manual::Lstm<double> layer(LstmSpec{.input_size = 2, .hidden_size = 3, .bidirectional = true}, {"lstm"});
  for (auto& parameter : layer.parameters("lstm")) parameter.value.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(8, 2),
                               d_y = manual::Matrix<double>::Random(8, 6);
  const manual::Activation<double> inputs(x, manual::Extents(2, 4, 2)),
      upstream(d_y, manual::Extents(2, 4, 6));
  layer.forward(inputs, {});
  const auto gradients = [&] {
    std::vector<manual::Matrix<double>> all;
    for (const auto& parameter : layer.parameters("lstm")) all.emplace_back(parameter.gradient);
    return all;
  };
  expect_gradients_add_up(
      layer, [&] { layer.backward(upstream); }, gradients);
}

TEST(Lstm, RefusesBackwardBeforeForward) {
  manual::Lstm<double> layer(LstmSpec{2, 3}, {"lstm"});
  const manual::Matrix<double> d_y = manual::Matrix<double>::Zero(8, 3);
  EXPECT_THROW(layer.backward({d_y, manual::Extents(2, 4, 3)}), std::logic_error);
}

}  // namespace
}  // namespace twin
