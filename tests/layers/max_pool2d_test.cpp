#include "manual/layers/max_pool2d.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using Values = std::vector<double>;

// Padding of up to half a kernel. Without it and with one tap beside another, every window meets the picture.
MaxPool2dSpec any_pool() {
  MaxPool2dSpec spec{.kernel_size = {drawn(1, 3), drawn(1, 3)}};
  if (drawn_bool()) spec.stride = Pair{drawn(1, 2), drawn(1, 3)};
  if (drawn_bool())
    spec.padding = {drawn(0, spec.kernel_size[0] / 2), drawn(0, spec.kernel_size[1] / 2)};
  else
    spec.dilation = {drawn(1, 2), drawn(1, 2)};
  return spec;
}

Example any_example() {
  return layer_example("random", {{"pool", any_pool()}},
                       {drawn(1, 3), drawn(1, 3), drawn(5, 7), drawn(5, 8)});
}

TEST(MaxPool2dTwin, GradientsMatchOnRandomShapesStridesPaddingsAndDilations) {
  expect_twins_agree_on_random(any_example, {.finite_differences = false});
}

// Pooling compares and never rounds, whatever the size of the numbers.
TEST(MaxPool2dTwin, GradientsAreEqualBitForBitOnTinyAndHugeNumbers) {
  for (const double scale : {1e-30, 1e30}) {
    const Example example = layer_example("scaled", {{"pool", MaxPool2dSpec{}}}, {3, 2, 7, 8}, scale);
    EXPECT_EQ(disagreements(example, {.finite_differences = false}), "") << scale;
    EXPECT_EQ(unequal_gradients(example, 1), "") << scale;
  }
}

// Small integers tie in most windows: the first maximum takes the whole gradient, on both sides.
TEST(MaxPool2dTwin, GradientsAreEqualBitForBitOnTies) {
  EXPECT_TRUE(rc::check([] {
    Example example = any_example();
    example.draw = Draw::integers;
    RC_ASSERT(unequal_gradients(example, drawn_seed()) == "");
  }));
}

NetworkSpec pool(const MaxPool2dSpec& kind, Shape sample) {
  NetworkSpec spec = layer_alone({"pool", kind});
  spec.input = std::move(sample);
  return spec;
}

class MaxPool2dOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  Gradients gradients(const MaxPool2dSpec& kind, const Shape& picture, Values x, Shape pooled,
                      Values d_y) const {
    const Tensor inputs("inputs", picture, std::move(x)),
        targets("targets", std::move(pooled), std::move(d_y));
    const NetworkSpec spec = pool(kind, {picture.begin() + 1, picture.end()});
    return loaded(*GetParam(), spec, {})->gradients({inputs.view(), targets.view()});
  }
  Values outputs(const MaxPool2dSpec& kind, const Shape& picture, Values x) const {
    const Tensor inputs("inputs", picture, std::move(x));
    const NetworkSpec spec = pool(kind, {picture.begin() + 1, picture.end()});
    return loaded(*GetParam(), spec, {})->predict(inputs.view()).to_doubles();
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, MaxPool2dOnEachSide, testing::ValuesIn(backends()), backend_name);

// By hand: two ties, of which the first element wins, and a 7 that wins in two windows.
TEST_P(MaxPool2dOnEachSide, GradientGoesToTheFirstMaximumOfEachWindow) {
  const MaxPool2dSpec kind{.kernel_size = {2, 2}, .stride = Pair{1, 2}};
  const Gradients all = gradients(kind, {1, 1, 3, 4},
                                  {1, 5, 2, 2,  //
                                   5, 4, 7, 7,  //
                                   3, 3, 0, -1},
                                  {1, 1, 2, 2}, {1, 10, 100, 1000});
  EXPECT_EQ(all.loss, 5 + 70 + 500 + 7000);
  EXPECT_THAT(all.input->to_doubles(), ElementsAre(0, 1, 0, 0,       //
                                                   100, 0, 1010, 0,  //
                                                   0, 0, 0, 0));
}

TEST_P(MaxPool2dOnEachSide, StrideIsTheKernelsSizeUnlessGiven) {
  EXPECT_THAT(outputs({.kernel_size = {1, 2}}, {1, 1, 1, 5}, {1, 2, 4, 3, 9}), ElementsAre(2, 4));
  EXPECT_THAT(outputs({.kernel_size = {1, 2}, .stride = Pair{1, 1}}, {1, 1, 1, 5}, {1, 2, 4, 3, 9}),
              ElementsAre(2, 4, 4, 9));
}

TEST_P(MaxPool2dOnEachSide, PaddingIsNeverTheLargest) {
  EXPECT_THAT(outputs({.kernel_size = {1, 2}, .padding = {0, 1}}, {1, 1, 1, 3}, {-3, -2, -1}),
              ElementsAre(-3, -1));
}

TEST_P(MaxPool2dOnEachSide, DilationLeavesGapsBetweenTheTaps) {
  EXPECT_THAT(
      outputs({.kernel_size = {1, 2}, .stride = Pair{1, 1}, .dilation = {1, 2}}, {1, 1, 1, 4}, {1, 9, 3, 4}),
      ElementsAre(3, 9));
}

// A pooling that dropped NaN would hide that a network has left the numbers.
TEST_P(MaxPool2dOnEachSide, NanIsLargerThanAnyNumberAndStaysInItsWindow) {
  for (std::size_t at = 0; at < 4; ++at) {
    Values x{1, 2, 4, 3, 5, 6, 7, 8};
    x[at] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THAT(outputs({.kernel_size = {1, 4}}, {1, 1, 2, 4}, x), ElementsAre(testing::IsNan(), 8)) << at;
  }
}

TEST(MaxPool2d, InfinitiesAreNumbersLikeOthers) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  manual::MaxPool2d<double> layer(MaxPool2dSpec{.kernel_size = {1, 2}});
  const manual::Matrix<double> x{{-kInfinity, -kInfinity, 1, kInfinity}};
  EXPECT_EQ(layer.forward({x, manual::Extents(1, 1, 1, 4)}).as_matrix(),
            (manual::Matrix<double>{{-kInfinity, kInfinity}}));
}

TEST(MaxPool2d, GradientsOfTheBatchBeforeAreGone) {
  manual::MaxPool2d<double> layer(MaxPool2dSpec{.kernel_size = {1, 2}});
  const manual::Matrix<double> first{{1, 2}}, second{{2, 1}}, d_y{{3}};
  const manual::Extents pictures(1, 1, 1, 2), pooled(1, 1, 1, 1);
  layer.forward({first, pictures});
  EXPECT_EQ(layer.backward({d_y, pooled}).as_matrix(), (manual::Matrix<double>{{0, 3}}));
  layer.forward({second, pictures});
  EXPECT_EQ(layer.backward({d_y, pooled}).as_matrix(), (manual::Matrix<double>{{3, 0}}));
}

TEST(MaxPool2d, NamesTheShapeItExpected) {
  manual::MaxPool2d<double> layer(MaxPool2dSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(1, 4);
  EXPECT_THROW(layer.backward({x, manual::Extents(1, 1, 2, 2)}), std::logic_error);
  layer.forward({x, manual::Extents(1, 1, 2, 2)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(1, 1, 2, 2)}), ShapeError, "d_y",
                       "expected 1×1×1×1, got 1×1×2×2");
}

TEST(MaxPool2d, RefusesWhatDoesNotFitByName) {
  const auto shape = [](MaxPool2dSpec kind, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"pool", kind}}, std::move(x));
  };
  EXPECT_THAT(shape({.kernel_size = {2, 2}}, {5, 3, 7, 8}), ElementsAre(5, 3, 3, 4));
  EXPECT_THROW_MESSAGE(shape({.kernel_size = {9, 1}}, {5, 1, 7, 8}), LayerError,
                       "pool: expected a height of at least 9", "got 5×1×7×8");
  EXPECT_THROW_MESSAGE(shape({}, {5, 3}), LayerError, "pool: expected N×C×H×W, got 5×3");
  EXPECT_THROW_MESSAGE(shape({}, {5, 0, 4, 4}), LayerError, "pool: expected", "above 0, got 5×0×4×4");
  // Its two taps lie on either side of the picture.
  EXPECT_THROW_MESSAGE(shape({.kernel_size = {2, 1}, .padding = {1, 0}, .dilation = {3, 1}}, {1, 1, 2, 1}),
                       LayerError, "pool: expected a picture that every window meets");
}

TEST(MaxPool2d, RefusesSizesThatAreNone) {
  const auto expect_refused = [](const MaxPool2dSpec& kind, const std::string& what) {
    for (const Backend* backend : backends())
      EXPECT_THROW_MESSAGE(backend->build(layer_alone({"pool", kind}), DType::float64, Device::cpu),
                           LayerError, "pool: " + what);
  };
  expect_refused({.kernel_size = {0, 1}}, "kernel_size[0] is 0");
  expect_refused({.stride = Pair{1, 0}}, "stride[1] is 0");
  expect_refused({.padding = {0, -1}}, "padding[1] is -1");
  expect_refused({.kernel_size = {3, 3}, .padding = {2, 0}}, "padding[0] is 2, at most half");
}

}  // namespace
}  // namespace twin
