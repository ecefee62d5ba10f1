#include "manual/layers/gru.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

NetworkSpec gru_alone(GruSpec kind, std::int64_t steps) {
  NetworkSpec spec = layer_alone({"gru", kind});
  spec.input = {steps, kind.input_size};
  return spec;
}

double gru_sigma(double a) { return 1 / (1 + std::exp(-a)); }

TEST(GruTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    const GruSpec spec{.input_size = drawn(1, 4),
                       .hidden_size = drawn(1, 4),
                       .num_layers = drawn(1, 2),
                       .bias = drawn_bool(),
                       .bidirectional = drawn_bool()};
    return layer_example("any", {{"gru", spec}}, {drawn(1, 3), drawn(1, 5), spec.input_size});
  });
}

class GruOnEachSide : public testing::TestWithParam<const Backend*> {};
INSTANTIATE_TEST_SUITE_P(Sides, GruOnEachSide, testing::ValuesIn(backends()), backend_name);

// One unit, one feature, two steps, by hand: the rows of the weights are those of r, z and n; the reset gate
// scales the bias b_hh too.
TEST_P(GruOnEachSide, ComputesWhatTheFormulasSay) {
  NamedTensors parameters;
  parameters.add({"gru.weight_ih_l0", {3, 1}, std::vector<double>{1, 2, 3}});
  parameters.add({"gru.weight_hh_l0", {3, 1}, std::vector<double>{-1, 0.5, 2}});
  parameters.add({"gru.bias_ih_l0", {3}, std::vector<double>{0.5, -1, 0.25}});
  parameters.add({"gru.bias_hh_l0", {3}, std::vector<double>{-0.25, 2, -0.75}});
  const Tensor x("inputs", {1, 2, 1}, std::vector<double>{0.3, -0.7});
  const Tensor d_y("targets", {1, 2, 1}, std::vector<double>{1, 10});
  const std::unique_ptr<Network> network = loaded(*GetParam(), gru_alone({1, 1}, 2), parameters);
  const std::vector<double> y = network->predict(x.view()).to_doubles();

  const double r_1 = gru_sigma(0.3 + 0.25), z_1 = gru_sigma(0.6 + 1);
  const double n_1 = std::tanh(0.9 + 0.25 - 0.75 * r_1), h_1 = (1 - z_1) * n_1;
  const double u_2 = 2 * h_1 - 0.75;
  const double r_2 = gru_sigma(-0.7 - h_1 + 0.25), z_2 = gru_sigma(-1.4 + 0.5 * h_1 + 1);
  const double n_2 = std::tanh(-2.1 + 0.25 + r_2 * u_2), h_2 = (1 - z_2) * n_2 + z_2 * h_1;
  EXPECT_NEAR(y[0], h_1, 1e-15);
  EXPECT_NEAR(y[1], h_2, 1e-15);

  const double d_n_2 = 10 * (1 - z_2) * (1 - n_2 * n_2), d_z_2 = 10 * (h_1 - n_2) * z_2 * (1 - z_2),
               d_r_2 = d_n_2 * u_2 * r_2 * (1 - r_2);
  const double d_h_1 = 1 + 10 * z_2 - d_r_2 + 0.5 * d_z_2 + 2 * d_n_2 * r_2;
  const double d_n_1 = d_h_1 * (1 - z_1) * (1 - n_1 * n_1);
  const Gradients gradients = network->gradients({x.view(), d_y.view()});
  const auto of_candidate = [&](const char* name) { return gradients.parameters.at(name).to_doubles()[2]; };
  EXPECT_NEAR(of_candidate("gru.bias_ih_l0"), d_n_1 + d_n_2, 1e-14);
  EXPECT_NEAR(of_candidate("gru.bias_hh_l0"), d_n_1 * r_1 + d_n_2 * r_2, 1e-14);
  EXPECT_NEAR(of_candidate("gru.weight_ih_l0"), 0.3 * d_n_1 - 0.7 * d_n_2, 1e-14);
  EXPECT_NEAR(of_candidate("gru.weight_hh_l0"), d_n_2 * r_2 * h_1, 1e-14);
  EXPECT_NEAR(gradients.input->to_doubles()[1], d_r_2 + 2 * d_z_2 + 3 * d_n_2, 1e-14);
}

// With the update gate at 1 a unit keeps what it has, for good: nothing that comes in can reach it.
TEST_P(GruOnEachSide, AnUpdateGateAtOneKeepsTheState) {
  NamedTensors parameters;
  parameters.add({"gru.weight_ih_l0", {3, 1}, std::vector<double>{0, 1, -1}});
  parameters.add({"gru.weight_hh_l0", {3, 1}, std::vector<double>{0, 0, 0}});
  // z is 0 at first, and the candidate 1; from then on z is 1, and the candidate -1. The exponentials of all
  // these overflow.
  const Tensor x("inputs", {1, 3, 1}, std::vector<double>{-1000, 1000, 1000});
  const GruSpec kind{.bias = false};
  EXPECT_THAT(loaded(*GetParam(), gru_alone(kind, 3), parameters)->predict(x.view()).to_doubles(),
              testing::ElementsAre(1, 1, 1));
}

// The reverse direction on a sequence is the other one on the sequence turned around.
TEST_P(GruOnEachSide, TheReverseDirectionIsTheOtherOnTheSequenceTurnedAround) {
  const GruSpec both{.input_size = 2, .hidden_size = 3, .bidirectional = true};
  const GruSpec one{.input_size = 2, .hidden_size = 3};
  const NetworkSpec spec = gru_alone(both, 4);
  const RandomCase data = random_case(spec, 1, 8, 1);
  NamedTensors reverse;
  for (const ParameterSpec& p : one.parameters()) {
    const Tensor& value = data.parameters.at("gru." + p.name + "_reverse");
    reverse.add(value.renamed("gru." + p.name));
  }
  const std::vector<double> x = data.batches[0].inputs.to_doubles();
  std::vector<double> turned;
  for (std::size_t t = 4; t-- > 0;) turned.insert(turned.end(), {x[2 * t], x[2 * t + 1]});
  const Tensor inputs("inputs", {1, 4, 2}, turned);
  const std::vector<double> y =
      loaded(*GetParam(), spec, data.parameters)->predict(data.batches[0].view().inputs).to_doubles();
  const std::vector<double> expected =
      loaded(*GetParam(), gru_alone(one, 4), reverse)->predict(inputs.view()).to_doubles();
  for (std::size_t t = 0; t < 4; ++t)
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(y[t * 6 + 3 + k], expected[(3 - t) * 3 + k], 1e-14) << t;
}

TEST_P(GruOnEachSide, RefusesShapesAndSizesThatDoNotFit) {
  const auto build = [](const NetworkSpec& spec) { GetParam()->build(spec, DType::float64, Device::cpu); };
  EXPECT_THROW_MESSAGE(build(gru_alone({3, 0}, 4)), LayerError, "gru: hidden_size is 0");
  EXPECT_THROW_MESSAGE(build(gru_alone({3, 2, -1}, 4)), LayerError, "gru: num_layers is -1");
  EXPECT_THROW_MESSAGE(build(gru_alone({-2, 3}, 4)), Error, "-2");
  NetworkSpec flat = gru_alone({3, 2}, 4);
  flat.input = {3};
  EXPECT_THROW_MESSAGE(build(flat), LayerError, "gru: expected N×T×3, got 1×3");
}

TEST(Gru, GradientsAddUpUntilZeroGrad) {
  manual::Gru<double> layer(GruSpec{.input_size = 2, .hidden_size = 3, .bidirectional = true});
  for (auto& parameter : layer.parameters("gru")) parameter.value.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(8, 2),
                               d_y = manual::Matrix<double>::Random(8, 6);
  layer.forward({x, manual::Extents(2, 4, 2)});
  const auto gradients = [&] {
    std::vector<manual::Matrix<double>> all;
    for (const auto& parameter : layer.parameters("gru")) all.emplace_back(parameter.gradient);
    return all;
  };
  expect_gradients_add_up(
      layer,
      [&] {
        layer.backward({d_y, manual::Extents(2, 4, 6)});
      },
      gradients);
}

TEST(Gru, RefusesBackwardBeforeForward) {
  manual::Gru<double> layer(GruSpec{2, 3});
  const manual::Matrix<double> d_y = manual::Matrix<double>::Zero(8, 3);
  EXPECT_THROW(layer.backward({d_y, manual::Extents(2, 4, 3)}), std::logic_error);
}

}  // namespace
}  // namespace twin
