#include "manual/layers/conv1d.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using Conv1dValues = std::vector<double>;

TEST(Conv1dTwin, GradientsMatchOnRandomLengthsStridesPaddingsDilationsAndGroups) {
  expect_twins_agree_on_random([] {
    const std::int64_t groups = drawn(1, 3);
    const Conv1dSpec spec{.in_channels = groups * drawn(1, 2),
                          .out_channels = groups * drawn(1, 2),
                          .kernel_size = drawn(1, 4),
                          .stride = drawn(1, 3),
                          .padding = drawn(0, 3),
                          .dilation = drawn(1, 3),
                          .groups = groups,
                          .bias = drawn_bool()};
    return layer_example("random", {{"conv", spec}}, {drawn(1, 3), spec.in_channels, drawn(10, 13)});
  });
}

// A convolution in a network of its own.
NetworkSpec conv1d_alone(const Conv1dSpec& kind, Shape sample) {
  NetworkSpec spec = layer_alone({"conv", kind});
  spec.input = std::move(sample);
  return spec;
}

NamedTensors conv1d_parameters(const Conv1dSpec& kind, Conv1dValues weight, Conv1dValues bias) {
  NamedTensors all;
  all.add({"conv.weight", kind.parameters()[0].shape, std::move(weight)});
  if (kind.bias) all.add({"conv.bias", {kind.out_channels}, std::move(bias)});
  return all;
}

class Conv1dOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  Conv1dValues outputs(const Conv1dSpec& kind, Conv1dValues weight, Conv1dValues bias, const Shape& shape,
                       Conv1dValues x) const {
    const Tensor inputs("inputs", shape, std::move(x));
    const NetworkSpec spec = conv1d_alone(kind, {shape.begin() + 1, shape.end()});
    return loaded(*GetParam(), spec, conv1d_parameters(kind, std::move(weight), std::move(bias)))
        ->predict(inputs.view())
        .to_doubles();
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, Conv1dOnEachSide, testing::ValuesIn(backends()), backend_name);

// All by hand. The kernel is not turned around: its first element meets the first of the window.
TEST_P(Conv1dOnEachSide, ComputesWhatTheFormulasSay) {
  const Conv1dSpec kind{.in_channels = 2, .kernel_size = 2};
  const Tensor x("inputs", {1, 2, 3},
                 Conv1dValues{1, 2, 3,  //
                              4, 5, 6});
  const Tensor d_y("targets", {1, 1, 2}, Conv1dValues{1, 10});
  const auto network =
      loaded(*GetParam(), conv1d_alone(kind, {2, 3}), conv1d_parameters(kind, {1, 2, 3, 4}, {100}));
  EXPECT_THAT(network->predict(x.view()).to_doubles(), ElementsAre(137, 147));
  const Gradients gradients = network->gradients({x.view(), d_y.view()});
  EXPECT_EQ(gradients.loss, 137 + 1470);
  EXPECT_THAT(gradients.parameters.at("conv.weight").to_doubles(), ElementsAre(21, 32, 54, 65));
  EXPECT_THAT(gradients.parameters.at("conv.bias").to_doubles(), ElementsAre(11));
  EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(1, 12, 20,  //
                                                         3, 34, 40));
}

TEST_P(Conv1dOnEachSide, PaddingIsOfZerosAndTheStrideSkipsWindows) {
  const Conv1dSpec kind{.kernel_size = 2, .stride = 2, .padding = 1, .bias = false};
  EXPECT_THAT(outputs(kind, {1, 10}, {}, {1, 1, 3}, {1, 2, 3}), ElementsAre(10, 32));
}

TEST_P(Conv1dOnEachSide, DilationLeavesGapsBetweenTheTaps) {
  const Conv1dSpec kind{.kernel_size = 2, .dilation = 2, .bias = false};
  EXPECT_THAT(outputs(kind, {1, 10}, {}, {1, 1, 4}, {1, 2, 3, 4}), ElementsAre(31, 42));
}

TEST_P(Conv1dOnEachSide, DepthwiseChannelsKeepToThemselves) {
  const Conv1dSpec kind{.in_channels = 2, .out_channels = 2, .kernel_size = 2, .groups = 2};
  EXPECT_THAT(outputs(kind, {1, 10, 2, 20}, {0, 1}, {1, 2, 3}, {1, 2, 3, 100, 200, 300}),
              ElementsAre(21, 32, 4201, 6401));
}

TEST_P(Conv1dOnEachSide, EachGroupSeesItsOwnChannelsAlone) {
  const Conv1dSpec kind{.in_channels = 2, .out_channels = 4, .groups = 2};
  EXPECT_THAT(outputs(kind, {1, 2, 3, 4}, {0, 100, 200, 300}, {1, 2, 1}, {10, 1000}),
              ElementsAre(10, 120, 3200, 4300));
}

// NaN reaches the windows that see it, and no other.
TEST_P(Conv1dOnEachSide, NanStaysWhereItIs) {
  const Conv1dSpec kind{.kernel_size = 2};
  EXPECT_THAT(outputs(kind, {1, 0}, {0}, {1, 1, 4}, {1, std::numeric_limits<double>::quiet_NaN(), 1, 1}),
              ElementsAre(testing::IsNan(), testing::IsNan(), 1));
}

// One tap that takes every input as it is: that way nothing is copied, and nothing may be different.
TEST(Conv1d, APointwiseKernelIsADenseLayerAtEveryPlace) {
  const Conv1dSpec kind{.in_channels = 3, .out_channels = 2};
  manual::Conv1d<double> layer(kind);
  layer.weight.setRandom();
  layer.bias.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(1, 3 * 5);
  const auto y = layer.forward({x, manual::Extents(1, 3, 5)});
  for (manual::Index o = 0; o < 2; ++o)
    for (manual::Index l = 0; l < 5; ++l) {
      double sum = layer.bias[o];
      for (manual::Index c = 0; c < 3; ++c) sum += layer.weight(o, c) * x(0, c * 5 + l);
      EXPECT_NEAR(y.data()[o * 5 + l], sum, 1e-14);
    }
}

TEST(Conv1d, GradientsAddUpUntilZeroGrad) {
  const Conv1dSpec kind{.in_channels = 2, .out_channels = 4, .kernel_size = 2, .groups = 2};
  manual::Conv1d<double> layer(kind);
  layer.weight.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(3, 2 * 5),
                               d_y = manual::Matrix<double>::Random(3, 4 * 4);
  const manual::Activation<double> inputs(x, manual::Extents(3, 2, 5)),
      upstream(d_y, manual::Extents(3, 4, 4));
  layer.forward(inputs);
  const auto gradients = [&] { return std::vector<manual::Matrix<double>>{layer.d_weight, layer.d_bias}; };
  expect_gradients_add_up(
      layer, [&] { layer.backward(upstream); }, gradients);
}

// The longer sequence comes first: what it has left in the columns must not be taken for padding.
TEST(Conv1d, SequencesOfAnotherLengthLeaveNothingBehind) {
  const Conv1dSpec kind{.kernel_size = 3, .padding = 1};
  manual::Conv1d<double> used(kind), fresh(kind);
  used.weight.setOnes();
  fresh.weight.setOnes();
  const manual::Matrix<double> longer = manual::Matrix<double>::Ones(1, 7),
                               shorter = manual::Matrix<double>::Ones(1, 2);
  used.forward({longer, manual::Extents(1, 1, 7)});
  const auto y = used.forward({shorter, manual::Extents(1, 1, 2)}),
             expected = fresh.forward({shorter, manual::Extents(1, 1, 2)});
  EXPECT_EQ(y.as_matrix(), expected.as_matrix());
  EXPECT_EQ(y.as_matrix()(0, 0), 2);
}

TEST(Conv1d, RefusesBackwardBeforeForward) {
  manual::Conv1d<double> layer(Conv1dSpec{});
  const manual::Matrix<double> d_y = manual::Matrix<double>::Zero(1, 1);
  EXPECT_THROW(layer.backward({d_y, manual::Extents(1, 1, 1)}), std::logic_error);
}

TEST(Conv1d, NamesTheShapeItExpected) {
  manual::Conv1d<double> layer(Conv1dSpec{.kernel_size = 2});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 5);
  layer.forward({x, manual::Extents(2, 1, 5)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(2, 1, 5)}), ShapeError, "d_y",
                       "expected 2×4, got 2×5");
}

Shape conv1d_shape(const Conv1dSpec& kind, Shape x) {
  return output_shape(std::vector<LayerSpec>{{"conv", kind}}, std::move(x));
}

TEST(Conv1d, RefusesWhatDoesNotFitByName) {
  EXPECT_THAT(conv1d_shape({.in_channels = 2, .out_channels = 3, .kernel_size = 3}, {5, 2, 7}),
              ElementsAre(5, 3, 5));
  EXPECT_THROW_MESSAGE(conv1d_shape({.in_channels = 2}, {5, 3, 7}), LayerError,
                       "conv: expected N×2×L, got 5×3×7");
  EXPECT_THROW_MESSAGE(conv1d_shape({}, {5, 1, 7, 2}), LayerError, "conv: expected N×1×L, got 5×1×7×2");
  EXPECT_THROW_MESSAGE(conv1d_shape({}, {5, 1, 0}), LayerError, "conv: expected", "above 0, got 5×1×0");
}

TEST(Conv1d, RefusesAKernelLongerThanThePaddedSequence) {
  const Conv1dSpec kind{.kernel_size = 4, .padding = 1, .dilation = 3};
  EXPECT_THAT(conv1d_shape(kind, {5, 1, 8}), ElementsAre(5, 1, 1));
  EXPECT_THROW_MESSAGE(conv1d_shape(kind, {5, 1, 7}), LayerError, "conv: expected a length of at least 8",
                       "got 5×1×7");
}

TEST(Conv1d, RefusesSizesThatAreNone) {
  const auto expect_refused = [](const Conv1dSpec& kind, const std::string& what) {
    for (const Backend* backend : backends())
      EXPECT_THROW_MESSAGE(backend->build(layer_alone({"conv", kind}), DType::float64, Device::cpu),
                           LayerError, "conv: " + what);
  };
  expect_refused({.in_channels = 0}, "in_channels is 0");
  expect_refused({.out_channels = -1}, "out_channels is -1");
  expect_refused({.kernel_size = 0}, "kernel_size is 0");
  expect_refused({.stride = 0}, "stride is 0");
  expect_refused({.padding = -1}, "padding is -1");
  expect_refused({.dilation = 0}, "dilation is 0");
  expect_refused({.in_channels = 4, .out_channels = 4, .groups = 0}, "groups is 0");
  expect_refused({.in_channels = 3, .out_channels = 4, .groups = 2}, "in_channels is 3, which 2 groups");
  expect_refused({.in_channels = 4, .out_channels = 3, .groups = 2}, "out_channels is 3, which 2 groups");
}

}  // namespace
}  // namespace twin
