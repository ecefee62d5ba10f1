#include "manual/layers/conv2d.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using Values = std::vector<double>;

TEST(Conv2dTwin, GradientsMatchOnRandomShapesStridesPaddingsDilationsAndGroups) {
  expect_twins_agree_on_random([] {
    const std::int64_t groups = drawn(1, 3);
    const Conv2dSpec spec{.in_channels = groups * drawn(1, 2),
                          .out_channels = groups * drawn(1, 2),
                          .kernel_size = {drawn(1, 3), drawn(1, 3)},
                          .stride = {drawn(1, 2), drawn(1, 3)},
                          .padding = {drawn(0, 2), drawn(0, 1)},
                          .dilation = {drawn(1, 2), drawn(1, 2)},
                          .groups = groups,
                          .bias = drawn_bool()};
    return layer_example("random", {{"conv", spec}},
                         {drawn(1, 3), spec.in_channels, drawn(5, 7), drawn(5, 8)});
  });
}

// A convolution in a network of its own.
NetworkSpec conv(const Conv2dSpec& kind, Shape sample) {
  NetworkSpec spec = layer_alone({"conv", kind});
  spec.input = std::move(sample);
  return spec;
}

NamedTensors weight_and_bias(const Conv2dSpec& kind, Values weight, Values bias) {
  NamedTensors all;
  all.add({"conv.weight", kind.parameters()[0].shape, std::move(weight)});
  if (kind.bias) all.add({"conv.bias", {kind.out_channels}, std::move(bias)});
  return all;
}

Tensor picture(Shape shape, Values values) { return {"inputs", std::move(shape), std::move(values)}; }

class Conv2dOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  Values outputs(const Conv2dSpec& kind, const NamedTensors& parameters, const Tensor& x) const {
    const NetworkSpec spec = conv(kind, {x.shape().begin() + 1, x.shape().end()});
    return loaded(*GetParam(), spec, parameters)->predict(x.view()).to_doubles();
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, Conv2dOnEachSide, testing::ValuesIn(backends()), backend_name);

// All by hand. The kernel is not turned around: its first element meets the first of the window.
TEST_P(Conv2dOnEachSide, ComputesWhatTheFormulasSay) {
  const Conv2dSpec kind{.kernel_size = {2, 2}};
  const Tensor x = picture({1, 1, 3, 3}, {1, 2, 3,  //
                                          4, 5, 6,  //
                                          7, 8, 9});
  const Tensor d_y("targets", {1, 1, 2, 2}, Values{1, 10, 100, 1000});
  const auto network = loaded(*GetParam(), conv(kind, {1, 3, 3}), weight_and_bias(kind, {1, 2, 3, 4}, {10}));
  EXPECT_THAT(network->predict(x.view()).to_doubles(), ElementsAre(47, 57, 77, 87));
  const Gradients gradients = network->gradients({x.view(), d_y.view()});
  EXPECT_EQ(gradients.loss, 47 + 570 + 7700 + 87000);
  EXPECT_THAT(gradients.parameters.at("conv.weight").to_doubles(), ElementsAre(5421, 6532, 8754, 9865));
  EXPECT_THAT(gradients.parameters.at("conv.bias").to_doubles(), ElementsAre(1111));
  EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(1, 12, 20,        //
                                                         103, 1234, 2040,  //
                                                         300, 3400, 4000));
}

TEST_P(Conv2dOnEachSide, PaddingIsOfZerosAndTheStrideSkipsWindows) {
  const Conv2dSpec kind{.kernel_size = {1, 2}, .stride = {1, 2}, .padding = {0, 1}, .bias = false};
  EXPECT_THAT(outputs(kind, weight_and_bias(kind, {1, 10}, {}), picture({1, 1, 1, 3}, {1, 2, 3})),
              ElementsAre(10, 32));
}

TEST_P(Conv2dOnEachSide, DilationLeavesGapsBetweenTheTaps) {
  const Conv2dSpec kind{.kernel_size = {1, 2}, .dilation = {1, 2}, .bias = false};
  EXPECT_THAT(outputs(kind, weight_and_bias(kind, {1, 10}, {}), picture({1, 1, 1, 4}, {1, 2, 3, 4})),
              ElementsAre(31, 42));
}

TEST_P(Conv2dOnEachSide, EachGroupSeesItsOwnChannelsAlone) {
  const Conv2dSpec kind{.in_channels = 2, .out_channels = 4, .groups = 2};
  EXPECT_THAT(outputs(kind, weight_and_bias(kind, {1, 2, 3, 4}, {0, 100, 200, 300}),
                      picture({1, 2, 1, 1}, {10, 1000})),
              ElementsAre(10, 120, 3200, 4300));
}

// NaN reaches the windows that see it, and no other.
TEST_P(Conv2dOnEachSide, NanStaysWhereItIs) {
  const Conv2dSpec kind{.kernel_size = {2, 2}};
  Values x(9, 1);
  x[0] = std::numeric_limits<double>::quiet_NaN();
  const Values y = outputs(kind, weight_and_bias(kind, {1, 0, 0, 0}, {0}), picture({1, 1, 3, 3}, x));
  EXPECT_THAT(y, ElementsAre(testing::IsNan(), 1, 1, 1));
}

TEST(Conv2d, GradientsAddUpUntilZeroGrad) {
  const Conv2dSpec kind{.in_channels = 2, .out_channels = 4, .kernel_size = {2, 1}, .groups = 2};
  manual::Conv2d<double> layer(kind);
  layer.weight.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(3, 2 * 3 * 2),
                               d_y = manual::Matrix<double>::Random(3, 4 * 2 * 2);
  const manual::Activation<double> pictures(x, manual::Extents(3, 2, 3, 2)),
      upstream(d_y, manual::Extents(3, 4, 2, 2));
  layer.forward(pictures);
  const auto gradients = [&] { return std::vector<manual::Matrix<double>>{layer.d_weight, layer.d_bias}; };
  expect_gradients_add_up(
      layer, [&] { layer.backward(upstream); }, gradients);
}

// The larger picture comes first: what it has left in the columns must not be taken for padding.
TEST(Conv2d, PicturesOfAnotherSizeLeaveNothingBehind) {
  const Conv2dSpec kind{.kernel_size = {3, 3}, .padding = {1, 1}};
  manual::Conv2d<double> used(kind), fresh(kind);
  used.weight.setOnes();
  fresh.weight.setOnes();
  const manual::Matrix<double> large = manual::Matrix<double>::Ones(1, 5 * 4),
                               small = manual::Matrix<double>::Ones(1, 2 * 3);
  used.forward({large, manual::Extents(1, 1, 5, 4)});
  const auto y = used.forward({small, manual::Extents(1, 1, 2, 3)}),
             expected = fresh.forward({small, manual::Extents(1, 1, 2, 3)});
  EXPECT_EQ(y.as_matrix(), expected.as_matrix());
  EXPECT_EQ(y.as_matrix()(0, 0), 4);
}

TEST(Conv2d, RefusesBackwardBeforeForward) {
  manual::Conv2d<double> layer(Conv2dSpec{});
  const manual::Matrix<double> d_y = manual::Matrix<double>::Zero(1, 1);
  EXPECT_THROW(layer.backward({d_y, manual::Extents(1, 1, 1, 1)}), std::logic_error);
}

TEST(Conv2d, NamesTheShapeItExpected) {
  manual::Conv2d<double> layer(Conv2dSpec{.kernel_size = {2, 2}});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 9);
  layer.forward({x, manual::Extents(2, 1, 3, 3)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(2, 1, 3, 3)}), ShapeError, "d_y",
                       "expected 2×4, got 2×9");
}

Shape shape_of(const Conv2dSpec& kind, Shape x) {
  return output_shape(std::vector<LayerSpec>{{"conv", kind}}, std::move(x));
}

TEST(Conv2d, RefusesWhatDoesNotFitByName) {
  EXPECT_THAT(shape_of({.in_channels = 2, .out_channels = 3, .kernel_size = {3, 2}}, {5, 2, 7, 8}),
              ElementsAre(5, 3, 5, 7));
  EXPECT_THROW_MESSAGE(shape_of({.in_channels = 2}, {5, 3, 7, 8}), LayerError, "conv: expected N×2×H×W",
                       "got 5×3×7×8");
  EXPECT_THROW_MESSAGE(shape_of({}, {5, 1, 7}), LayerError, "conv: expected N×1×H×W, got 5×1×7");
  EXPECT_THROW_MESSAGE(shape_of({}, {5, 1, 0, 7}), LayerError, "conv: expected", "above 0, got 5×1×0×7");
}

TEST(Conv2d, RefusesAKernelLargerThanThePaddedPicture) {
  const Conv2dSpec tall{.kernel_size = {10, 1}, .padding = {1, 0}},
      dilated{.kernel_size = {1, 3}, .dilation = {1, 4}};
  EXPECT_THAT(shape_of(tall, {5, 1, 8, 8}), ElementsAre(5, 1, 1, 8));
  EXPECT_THROW_MESSAGE(shape_of(tall, {5, 1, 7, 8}), LayerError, "conv: expected a height of at least 8",
                       "got 5×1×7×8");
  EXPECT_THROW_MESSAGE(shape_of(dilated, {5, 1, 7, 8}), LayerError, "conv: expected a width of at least 9");
}

TEST(Conv2d, RefusesSizesThatAreNone) {
  const auto expect_refused = [](const Conv2dSpec& kind, const std::string& what) {
    for (const Backend* backend : backends())
      EXPECT_THROW_MESSAGE(backend->build(layer_alone({"conv", kind}), DType::float64, Device::cpu),
                           LayerError, "conv: " + what);
  };
  expect_refused({.in_channels = 0}, "in_channels is 0");
  expect_refused({.out_channels = -1}, "out_channels is -1");
  expect_refused({.kernel_size = {0, 1}}, "kernel_size[0] is 0");
  expect_refused({.stride = {1, 0}}, "stride[1] is 0");
  expect_refused({.padding = {-1, 0}}, "padding[0] is -1");
  expect_refused({.dilation = {1, 0}}, "dilation[1] is 0");
  expect_refused({.in_channels = 4, .out_channels = 4, .groups = 0}, "groups is 0");
  expect_refused({.in_channels = 3, .out_channels = 4, .groups = 2}, "in_channels is 3, which 2 groups");
  expect_refused({.in_channels = 4, .out_channels = 3, .groups = 2}, "out_channels is 3, which 2 groups");
}

}  // namespace
}  // namespace twin
