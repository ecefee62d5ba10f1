#include "manual/layers/conv_transpose2d.hpp"

#include <gmock/gmock.h>

#include "manual/layers/conv2d.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using DeconvValues = std::vector<double>;

TEST(ConvTranspose2dTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    const std::int64_t groups = drawn(1, 2);
    ConvTranspose2dSpec spec{.in_channels = groups * drawn(1, 2),
                             .out_channels = groups * drawn(1, 2),
                             .kernel_size = {drawn(1, 3), drawn(2, 3)},
                             .stride = {drawn(1, 2), drawn(1, 3)},
                             .padding = {drawn(0, 1), drawn(0, 2)},
                             .groups = groups,
                             .bias = drawn_bool(),
                             .dilation = {drawn(1, 2), drawn(1, 3)}};
    for (const std::size_t axis : {std::size_t{0}, std::size_t{1}})
      spec.output_padding[axis] = drawn(0, std::max(spec.stride[axis], spec.dilation[axis]) - 1);
    return layer_example("random", {{"deconv", spec}},
                         {drawn(1, 3), spec.in_channels, drawn(3, 4), drawn(4, 5)});
  });
}

// A layer in a network of its own.
NetworkSpec deconv_alone(const ConvTranspose2dSpec& kind, Shape sample) {
  NetworkSpec spec = layer_alone({"deconv", kind});
  spec.input = std::move(sample);
  return spec;
}

NamedTensors deconv_parameters(const ConvTranspose2dSpec& kind, DeconvValues weight, DeconvValues bias) {
  NamedTensors all;
  all.add({"deconv.weight", kind.parameters()[0].shape, std::move(weight)});
  if (kind.bias) all.add({"deconv.bias", {kind.out_channels}, std::move(bias)});
  return all;
}

class ConvTranspose2dOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  DeconvValues outputs(const ConvTranspose2dSpec& kind, DeconvValues weight, DeconvValues bias,
                       const Shape& shape, DeconvValues x) const {
    const Tensor inputs("inputs", shape, std::move(x));
    const NetworkSpec spec = deconv_alone(kind, {shape.begin() + 1, shape.end()});
    return loaded(*GetParam(), spec, deconv_parameters(kind, std::move(weight), std::move(bias)))
        ->predict(inputs.view())
        .to_doubles();
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, ConvTranspose2dOnEachSide, testing::ValuesIn(backends()), backend_name);

// All by hand: each input lays the kernel over the outputs, times itself.
TEST_P(ConvTranspose2dOnEachSide, ComputesWhatTheFormulasSay) {
  const ConvTranspose2dSpec kind{.kernel_size = {2, 2}};
  const Tensor x("inputs", {1, 1, 2, 2},
                 DeconvValues{1, 10,  //
                              100, 1000});
  const Tensor d_y("targets", {1, 1, 3, 3},
                   DeconvValues{1, 2, 3,  //
                                4, 5, 6,  //
                                7, 8, 9});
  const auto network =
      loaded(*GetParam(), deconv_alone(kind, {1, 2, 2}), deconv_parameters(kind, {1, 2, 3, 4}, {5}));
  EXPECT_THAT(network->predict(x.view()).to_doubles(), ElementsAre(6, 17, 25,        //
                                                                   108, 1239, 2045,  //
                                                                   305, 3405, 4005));
  const Gradients gradients = network->gradients({x.view(), d_y.view()});
  EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(37, 47, 67, 77));
  EXPECT_THAT(gradients.parameters.at("deconv.weight").to_doubles(), ElementsAre(5421, 6532, 8754, 9865));
  EXPECT_THAT(gradients.parameters.at("deconv.bias").to_doubles(), ElementsAre(45));
}

TEST_P(ConvTranspose2dOnEachSide, TheStrideLaysWindowsApartAndTheBiasIsBetweenThem) {
  const ConvTranspose2dSpec kind{.kernel_size = {1, 2}, .stride = {1, 3}};
  EXPECT_THAT(outputs(kind, {1, 10}, {7}, {1, 1, 1, 2}, {1, 2}), ElementsAre(8, 17, 7, 9, 27));
}

TEST_P(ConvTranspose2dOnEachSide, ThePaddingIsCutOff) {
  const ConvTranspose2dSpec kind{.kernel_size = {1, 3}, .padding = {0, 1}, .bias = false};
  EXPECT_THAT(outputs(kind, {1, 10, 100}, {}, {1, 1, 1, 2}, {1, 2}), ElementsAre(12, 120));
}

// Beyond the last window, and what the padding would have cut off there comes first.
TEST_P(ConvTranspose2dOnEachSide, OutputPaddingIsBehindTheLastOutput) {
  ConvTranspose2dSpec kind{.kernel_size = {1, 1}, .stride = {1, 3}, .output_padding = {0, 2}};
  EXPECT_THAT(outputs(kind, {10}, {1}, {1, 1, 1, 2}, {1, 2}), ElementsAre(11, 1, 1, 21, 1, 1));
  kind = {.kernel_size = {1, 3}, .stride = {1, 2}, .padding = {0, 1}, .output_padding = {0, 1}};
  EXPECT_THAT(outputs(kind, {1, 10, 100}, {0}, {1, 1, 1, 2}, {1, 2}), ElementsAre(10, 102, 20, 200));
}

TEST_P(ConvTranspose2dOnEachSide, DilationLeavesGapsBetweenTheTaps) {
  const ConvTranspose2dSpec kind{.kernel_size = {1, 2}, .bias = false, .dilation = {1, 3}};
  EXPECT_THAT(outputs(kind, {1, 10}, {}, {1, 1, 1, 2}, {1, 2}), ElementsAre(1, 2, 0, 10, 20));
}

// The weight is C×(O/G): input channels stand first, and a group has its own.
TEST_P(ConvTranspose2dOnEachSide, EachGroupSeesItsOwnChannelsAlone) {
  const ConvTranspose2dSpec kind{.in_channels = 2, .out_channels = 4, .groups = 2};
  EXPECT_THAT(outputs(kind, {1, 2, 3, 4}, {0, 100, 200, 300}, {1, 2, 1, 1}, {10, 1000}),
              ElementsAre(10, 120, 3200, 4300));
}

// ⟨conv(y), x⟩ = ⟨y, deconv(x)⟩ with one weight: the one layer is the other's transpose. Its output padding
// is what makes it yield the size that the convolution came from.
TEST(ConvTranspose2d, IsTheTransposeOfAConvolution) {
  for (const std::int64_t extra : {std::int64_t{0}, std::int64_t{1}}) {
    const Conv2dSpec down{.in_channels = 3,
                          .out_channels = 2,
                          .kernel_size = {3, 2},
                          .stride = {2, 1},
                          .padding = {1, 0},
                          .dilation = {1, 2},
                          .bias = false};
    const ConvTranspose2dSpec up{.in_channels = 2,
                                 .out_channels = 3,
                                 .kernel_size = {3, 2},
                                 .stride = {2, 1},
                                 .padding = {1, 0},
                                 .output_padding = {extra, 0},
                                 .bias = false,
                                 .dilation = {1, 2}};
    manual::Conv2d<double> conv(down);
    manual::ConvTranspose2d<double> deconv(up);
    conv.weight.setRandom();
    deconv.weight = conv.weight;
    const manual::Index height = 5 + extra;
    const manual::Matrix<double> y = manual::Matrix<double>::Random(2, 3 * height * 6),
                                 x = manual::Matrix<double>::Random(2, 2 * 3 * 4);
    const auto small = conv.forward({y, manual::Extents(2, 3, height, 6)});
    const auto large = deconv.forward({x, manual::Extents(2, 2, 3, 4)});
    ASSERT_EQ(small.extents().shape(), (Shape{2, 2, 3, 4}));
    ASSERT_EQ(large.extents().shape(), (Shape{2, 3, height, 6}));
    EXPECT_NEAR(small.as_samples().cwiseProduct(x).sum(), large.as_samples().cwiseProduct(y).sum(), 1e-13);
  }
}

TEST(ConvTranspose2d, GradientsAddUpUntilZeroGrad) {
  const ConvTranspose2dSpec kind{.in_channels = 2, .out_channels = 4, .kernel_size = {2, 1}, .groups = 2};
  manual::ConvTranspose2d<double> layer(kind);
  layer.weight.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(3, 2 * 3 * 2),
                               d_y = manual::Matrix<double>::Random(3, 4 * 4 * 2);
  const manual::Activation<double> inputs(x, manual::Extents(3, 2, 3, 2)),
      upstream(d_y, manual::Extents(3, 4, 4, 2));
  layer.forward(inputs);
  const auto gradients = [&] { return std::vector<manual::Matrix<double>>{layer.d_weight, layer.d_bias}; };
  expect_gradients_add_up(
      layer, [&] { layer.backward(upstream); }, gradients);
}

// The larger picture comes first: what it has left in the columns must not be taken for what is cut off.
TEST(ConvTranspose2d, PicturesOfAnotherSizeLeaveNothingBehind) {
  const ConvTranspose2dSpec kind{.kernel_size = {3, 3}, .padding = {1, 1}};
  manual::ConvTranspose2d<double> used(kind), fresh(kind);
  used.weight.setOnes();
  fresh.weight.setOnes();
  const manual::Matrix<double> large = manual::Matrix<double>::Ones(1, 5 * 4),
                               small = manual::Matrix<double>::Ones(1, 2 * 3);
  used.forward({large, manual::Extents(1, 1, 5, 4)});
  used.backward({large, manual::Extents(1, 1, 5, 4)});
  for (auto* layer : {&used, &fresh}) layer->forward({small, manual::Extents(1, 1, 2, 3)});
  const auto d_x = used.backward({small, manual::Extents(1, 1, 2, 3)}),
             expected = fresh.backward({small, manual::Extents(1, 1, 2, 3)});
  EXPECT_EQ(d_x.as_matrix(), expected.as_matrix());
  EXPECT_EQ(d_x.as_matrix()(0, 0), 4);
}

TEST(ConvTranspose2d, RefusesBackwardBeforeForward) {
  manual::ConvTranspose2d<double> layer(ConvTranspose2dSpec{});
  const manual::Matrix<double> d_y = manual::Matrix<double>::Zero(1, 1);
  EXPECT_THROW(layer.backward({d_y, manual::Extents(1, 1, 1, 1)}), std::logic_error);
}

TEST(ConvTranspose2d, NamesTheShapeItExpected) {
  manual::ConvTranspose2d<double> layer(ConvTranspose2dSpec{.kernel_size = {2, 2}});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 4);
  layer.forward({x, manual::Extents(2, 1, 2, 2)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(2, 1, 2, 2)}), ShapeError, "d_y",
                       "expected 2×9, got 2×4");
}

Shape deconv_shape(const ConvTranspose2dSpec& kind, Shape x) {
  return output_shape(std::vector<LayerSpec>{{"deconv", kind}}, std::move(x));
}

TEST(ConvTranspose2d, RefusesWhatDoesNotFitByName) {
  EXPECT_THAT(deconv_shape({.in_channels = 2, .out_channels = 3, .kernel_size = {3, 2}}, {5, 2, 7, 8}),
              ElementsAre(5, 3, 9, 9));
  EXPECT_THROW_MESSAGE(deconv_shape({.in_channels = 2}, {5, 3, 7, 8}), LayerError,
                       "deconv: expected N×2×H×W, got 5×3×7×8");
  EXPECT_THROW_MESSAGE(deconv_shape({}, {5, 1, 7}), LayerError, "deconv: expected N×1×H×W, got 5×1×7");
  const ConvTranspose2dSpec cut{.kernel_size = {3, 3}, .padding = {1, 2}};
  EXPECT_THAT(deconv_shape(cut, {5, 1, 1, 3}), ElementsAre(5, 1, 1, 1));
  EXPECT_THROW_MESSAGE(deconv_shape(cut, {5, 1, 1, 2}), LayerError,
                       "deconv: expected a width of which padding[1] = 2 leaves something: it cuts 4 off 4, "
                       "got 5×1×1×2");
}

TEST(ConvTranspose2d, RefusesSizesThatAreNone) {
  const auto expect_refused = [](const ConvTranspose2dSpec& kind, const std::string& what) {
    for (const Backend* backend : backends())
      EXPECT_THROW_MESSAGE(backend->build(layer_alone({"deconv", kind}), DType::float64, Device::cpu),
                           LayerError, "deconv: " + what);
  };
  expect_refused({.in_channels = 0}, "in_channels is 0");
  expect_refused({.out_channels = -1}, "out_channels is -1");
  expect_refused({.kernel_size = {0, 1}}, "kernel_size[0] is 0");
  expect_refused({.stride = {1, 0}}, "stride[1] is 0");
  expect_refused({.padding = {-1, 0}}, "padding[0] is -1");
  expect_refused({.output_padding = {-1, 0}}, "output_padding[0] is -1");
  expect_refused({.stride = {1, 2}, .output_padding = {0, 2}},
                 "output_padding[1] is 2, expected one of 0…1: below the stride or the dilation");
  expect_refused({.dilation = {1, 0}}, "dilation[1] is 0");
  expect_refused({.in_channels = 4, .out_channels = 4, .groups = 0}, "groups is 0");
  expect_refused({.in_channels = 3, .out_channels = 4, .groups = 2}, "in_channels is 3, which 2 groups");
  expect_refused({.in_channels = 4, .out_channels = 3, .groups = 2}, "out_channels is 3, which 2 groups");
}

}  // namespace
}  // namespace twin
