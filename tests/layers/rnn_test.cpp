#include "manual/layers/rnn.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
constexpr RnnSpec::Nonlinearity kRelu = RnnSpec::Nonlinearity::relu;

NetworkSpec rnn_alone(RnnSpec kind, std::int64_t steps) {
  NetworkSpec spec = layer_alone({"rnn", kind});
  spec.input = {steps, kind.input_size};
  return spec;
}

TEST(RnnTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    const RnnSpec spec{.input_size = drawn(1, 4),
                       .hidden_size = drawn(1, 4),
                       .num_layers = drawn(1, 2),
                       .bias = drawn_bool(),
                       .bidirectional = drawn_bool()};
    return layer_example("any", {{"rnn", spec}}, {drawn(1, 3), drawn(1, 5), spec.input_size});
  });
}

TEST(RnnTwin, AgreesOnAnyShapeWithARectifier) {
  expect_twins_agree_on_random(
      [] {
        const RnnSpec spec{.input_size = drawn(1, 3),
                           .hidden_size = drawn(1, 3),
                           .num_layers = drawn(1, 2),
                           .nonlinearity = kRelu,
                           .bias = drawn_bool(),
                           .bidirectional = drawn_bool()};
        return layer_example("any", {{"rnn", spec}}, {drawn(1, 3), drawn(1, 4), spec.input_size});
      },
      {.finite_differences = false});
}

class RnnOnEachSide : public testing::TestWithParam<const Backend*> {};
INSTANTIATE_TEST_SUITE_P(Sides, RnnOnEachSide, testing::ValuesIn(backends()), backend_name);

// One unit, one feature, two steps, by hand.
TEST_P(RnnOnEachSide, ComputesWhatTheFormulasSay) {
  NamedTensors parameters;
  parameters.add({"rnn.weight_ih_l0", {1, 1}, std::vector<double>{2}});
  parameters.add({"rnn.weight_hh_l0", {1, 1}, std::vector<double>{-0.5}});
  parameters.add({"rnn.bias_ih_l0", {1}, std::vector<double>{0.25}});
  parameters.add({"rnn.bias_hh_l0", {1}, std::vector<double>{0.5}});
  const Tensor x("inputs", {1, 2, 1}, std::vector<double>{0.3, -0.7});
  const Tensor d_y("targets", {1, 2, 1}, std::vector<double>{1, 10});
  const std::unique_ptr<Network> network = loaded(*GetParam(), rnn_alone({1, 1}, 2), parameters);
  const std::vector<double> y = network->predict(x.view()).to_doubles();

  const double h_1 = std::tanh(0.6 + 0.75), h_2 = std::tanh(-1.4 - 0.5 * h_1 + 0.75);
  EXPECT_NEAR(y[0], h_1, 1e-15);
  EXPECT_NEAR(y[1], h_2, 1e-15);

  const double d_a_2 = 10 * (1 - h_2 * h_2), d_a_1 = (1 - 0.5 * d_a_2) * (1 - h_1 * h_1);
  const Gradients gradients = network->gradients({x.view(), d_y.view()});
  const auto gradient = [&](const char* name) { return gradients.parameters.at(name).to_doubles()[0]; };
  EXPECT_NEAR(gradient("rnn.weight_ih_l0"), 0.3 * d_a_1 - 0.7 * d_a_2, 1e-14);
  EXPECT_NEAR(gradient("rnn.weight_hh_l0"), d_a_2 * h_1, 1e-14) << "before the first step there is nothing";
  EXPECT_NEAR(gradient("rnn.bias_ih_l0"), d_a_1 + d_a_2, 1e-14);
  EXPECT_EQ(gradient("rnn.bias_hh_l0"), gradient("rnn.bias_ih_l0"));
  EXPECT_NEAR(gradients.input->to_doubles()[0], 2 * d_a_1, 1e-14);
  EXPECT_NEAR(gradients.input->to_doubles()[1], 2 * d_a_2, 1e-14);
}

// Exact numbers: a sum of all inputs so far, or of those that come; the reverse direction's outputs stand
// behind the other's, each beside the step that it belongs to.
TEST_P(RnnOnEachSide, TheReverseDirectionComesFromTheEnd) {
  const RnnSpec kind{.nonlinearity = kRelu, .bias = false, .bidirectional = true};
  NamedTensors parameters;
  for (const char* name :
       {"rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.weight_ih_l0_reverse", "rnn.weight_hh_l0_reverse"})
    parameters.add({name, {1, 1}, std::vector<double>{1}});
  const Tensor x("inputs", {2, 3, 1}, std::vector<double>{1, 10, 100, 2, 20, 200});
  const auto network = loaded(*GetParam(), rnn_alone(kind, 3), parameters);
  EXPECT_THAT(network->predict(x.view()).to_doubles(),
              ElementsAre(1, 111, 11, 110, 111, 100, 2, 222, 22, 220, 222, 200));
  const Tensor d_y("targets", {2, 3, 2}, std::vector<double>{1, 0, 10, 0, 100, 0, 0, 1, 0, 10, 0, 100});
  EXPECT_THAT(network->gradients({x.view(), d_y.view()}).input->to_doubles(),
              ElementsAre(111, 110, 100, 1, 11, 111))
      << "an input reaches the steps behind it, or before it";
}

// The upper layer sees both directions of the lower one, at the step of its own.
TEST_P(RnnOnEachSide, AnUpperLayerReadsTheOutputsOfBothDirections) {
  const RnnSpec kind{.num_layers = 2, .nonlinearity = kRelu, .bias = false, .bidirectional = true};
  NamedTensors parameters;
  for (const ParameterSpec& p : kind.parameters()) {
    std::vector<double> values(static_cast<std::size_t>(element_count(p.shape)), 1);
    if (p.name.starts_with("weight_hh_l1")) values = {0};
    if (p.name == "weight_ih_l1") values = {1, 1000};
    if (p.name == "weight_ih_l1_reverse") values = {1000, 1};
    parameters.add({"rnn." + p.name, p.shape, values});
  }
  const Tensor x("inputs", {1, 2, 1}, std::vector<double>{1, 10});
  EXPECT_THAT(loaded(*GetParam(), rnn_alone(kind, 2), parameters)->predict(x.view()).to_doubles(),
              ElementsAre(11001, 1011, 10011, 11010));
}

// At a = 0 nothing flows back; and NaN is not taken for a number.
TEST_P(RnnOnEachSide, TheRectifierLetsNothingThroughAtItsKink) {
  const RnnSpec kind{.nonlinearity = kRelu, .bias = false};
  NamedTensors parameters;
  parameters.add({"rnn.weight_ih_l0", {1, 1}, std::vector<double>{1}});
  parameters.add({"rnn.weight_hh_l0", {1, 1}, std::vector<double>{0}});
  const auto network = loaded(*GetParam(), rnn_alone(kind, 3), parameters);
  const Tensor x("inputs", {1, 3, 1}, std::vector<double>{0, -1, 2}),
      d_y("targets", {1, 3, 1}, std::vector<double>{1, 1, 1});
  EXPECT_THAT(network->gradients({x.view(), d_y.view()}).input->to_doubles(), ElementsAre(0, 0, 1));
  const Tensor nan("inputs", {1, 3, 1}, std::vector<double>{1, std::numeric_limits<double>::quiet_NaN(), 2});
  EXPECT_THAT(network->predict(nan.view()).to_doubles(), ElementsAre(1, testing::IsNan(), testing::_));
}

TEST_P(RnnOnEachSide, RefusesShapesAndSizesThatDoNotFit) {
  const auto build = [](const NetworkSpec& spec) { GetParam()->build(spec, DType::float64, Device::cpu); };
  EXPECT_THROW_MESSAGE(build(rnn_alone({3, 0}, 4)), LayerError, "rnn: hidden_size is 0");
  EXPECT_THROW_MESSAGE(build(rnn_alone({3, 2, 0}, 4)), LayerError, "rnn: num_layers is 0");
  EXPECT_THROW_MESSAGE(build(rnn_alone({-2, 3}, 4)), Error, "-2");
  NetworkSpec flat = rnn_alone({3, 2}, 4);
  flat.input = {3};
  EXPECT_THROW_MESSAGE(build(flat), LayerError, "rnn: expected N×T×3, got 1×3");
}

TEST(Rnn, GradientsAddUpUntilZeroGrad) {
  manual::Rnn<double> layer(
      RnnSpec{.input_size = 2, .hidden_size = 3, .num_layers = 2, .bidirectional = true});
  for (auto& parameter : layer.parameters("rnn")) parameter.value.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(8, 2),
                               d_y = manual::Matrix<double>::Random(8, 6);
  layer.forward({x, manual::Extents(2, 4, 2)});
  const auto gradients = [&] {
    std::vector<manual::Matrix<double>> all;
    for (const auto& parameter : layer.parameters("rnn")) all.emplace_back(parameter.gradient);
    return all;
  };
  expect_gradients_add_up(
      layer,
      [&] {
        layer.backward({d_y, manual::Extents(2, 4, 6)});
      },
      gradients);
}

TEST(Rnn, RefusesBackwardBeforeForward) {
  manual::Rnn<double> layer(RnnSpec{2, 3});
  const manual::Matrix<double> d_y = manual::Matrix<double>::Zero(8, 3);
  EXPECT_THROW(layer.backward({d_y, manual::Extents(2, 4, 3)}), std::logic_error);
}

TEST(Rnn, NamesTheShapeItExpected) {
  manual::Rnn<double> layer(RnnSpec{2, 3});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(8, 2);
  layer.forward({x, manual::Extents(2, 4, 2)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(2, 4, 2)}), ShapeError, "d_y",
                       "expected 8×3, got 8×2");
}

// In the order of PyTorch.
TEST(Rnn, NamesItsParametersByLayerAndDirection) {
  const RnnSpec spec{
      .input_size = 5, .hidden_size = 3, .num_layers = 2, .bias = false, .bidirectional = true};
  std::vector<std::string> names;
  for (const ParameterSpec& p : spec.parameters()) names.push_back(p.name + " " + to_string(p.shape));
  EXPECT_THAT(names, ElementsAre("weight_ih_l0 3×5", "weight_hh_l0 3×3", "weight_ih_l0_reverse 3×5",
                                 "weight_hh_l0_reverse 3×3", "weight_ih_l1 3×6", "weight_hh_l1 3×3",
                                 "weight_ih_l1_reverse 3×6", "weight_hh_l1_reverse 3×3"));
}

TEST(Rnn, CountsTheProductsOfAllLayersAndDirections) {
  const RnnSpec one{5, 3}, all{.input_size = 5, .hidden_size = 3, .num_layers = 2, .bidirectional = true};
  EXPECT_EQ(one.forward_flops({2, 7, 5}), 2 * 14 * 3 * (5 + 3));
  EXPECT_EQ(all.forward_flops({2, 7, 5}), 2 * 14 * 2 * 3 * (5 + 3 + 6 + 3));
}

}  // namespace
}  // namespace twin
