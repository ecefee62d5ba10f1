#include "manual/layers/avg_pool2d.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using Values = std::vector<double>;

Example any_avg_pool() {
  AvgPool2dSpec spec{.kernel_size = {drawn(1, 4), drawn(1, 4)}, .count_include_pad = drawn_bool()};
  if (drawn_bool()) spec.stride = Pair{drawn(1, 3), drawn(1, 5)};
  spec.padding = {drawn(0, spec.kernel_size[0] / 2), drawn(0, spec.kernel_size[1] / 2)};
  if (drawn_bool()) spec.divisor_override = drawn(1, 7);
  return layer_example("random", {{"pool", spec}}, {drawn(1, 3), drawn(1, 3), drawn(4, 7), drawn(4, 8)});
}

TEST(AvgPool2dTwin, GradientsMatchOnRandomShapesAndOptions) { expect_twins_agree_on_random(any_avg_pool); }

class AvgPool2dOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  std::unique_ptr<Network> network(const AvgPool2dSpec& kind, const Shape& picture) const {
    NetworkSpec spec = layer_alone({"pool", kind});
    spec.input = {picture.begin() + 1, picture.end()};
    return loaded(*GetParam(), spec, {});
  }
  Values outputs(const AvgPool2dSpec& kind, const Shape& picture, Values x) const {
    const Tensor inputs("inputs", picture, std::move(x));
    return network(kind, picture)->predict(inputs.view()).to_doubles();
  }
  Values input_gradient(const AvgPool2dSpec& kind, const Shape& picture, const Shape& pooled,
                        Values d_y) const {
    const auto size = static_cast<std::size_t>(element_count(picture));
    const Tensor inputs("inputs", picture, Values(size, 1)), targets("targets", pooled, std::move(d_y));
    return network(kind, picture)->gradients({inputs.view(), targets.view()}).input->to_doubles();
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, AvgPool2dOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(AvgPool2dOnEachSide, OutputIsTheMeanOfEachWindow) {
  EXPECT_THAT(outputs({.kernel_size = {2, 2}, .stride = Pair{1, 2}}, {1, 1, 3, 4},
                      {1, 5, 2, 2,  //
                       5, 1, 7, 5,  //
                       3, 3, 0, -4}),
              ElementsAre(3, 4, 3, 2));
}

// The row in the middle is in both windows: it gets a quarter of each of their gradients.
TEST_P(AvgPool2dOnEachSide, GradientIsSharedOutAndAddedUp) {
  EXPECT_THAT(input_gradient({.kernel_size = {2, 2}, .stride = Pair{1, 2}}, {1, 1, 3, 5}, {1, 1, 2, 2},
                             {4, 40, 400, 4000}),
              ElementsAre(1, 1, 10, 10, 0,          //
                          101, 101, 1010, 1010, 0,  //
                          100, 100, 1000, 1000, 0));
}

// Windows (-, 6), (3, 12), (9, -): of two elements each, or of one, two and one.
TEST_P(AvgPool2dOnEachSide, PaddingCountsUnlessItIsToldNotTo) {
  const Shape picture{1, 1, 1, 4}, pooled{1, 1, 1, 3};
  AvgPool2dSpec kind{.kernel_size = {1, 2}, .padding = {0, 1}};
  EXPECT_THAT(outputs(kind, picture, {6, 3, 12, 9}), ElementsAre(3, 7.5, 4.5));
  EXPECT_THAT(input_gradient(kind, picture, pooled, {2, 20, 200}), ElementsAre(1, 10, 10, 100));
  kind.count_include_pad = false;
  EXPECT_THAT(outputs(kind, picture, {6, 3, 12, 9}), ElementsAre(6, 7.5, 9));
  EXPECT_THAT(input_gradient(kind, picture, pooled, {2, 20, 200}), ElementsAre(2, 10, 10, 200));
}

TEST_P(AvgPool2dOnEachSide, AnotherDivisorStandsForEveryCount) {
  const AvgPool2dSpec kind{
      .kernel_size = {1, 2}, .padding = {0, 1}, .count_include_pad = false, .divisor_override = 3};
  EXPECT_THAT(outputs(kind, {1, 1, 1, 4}, {6, 3, 12, 9}), ElementsAre(2, 5, 3));
  EXPECT_THAT(input_gradient(kind, {1, 1, 1, 4}, {1, 1, 1, 3}, {3, 30, 300}), ElementsAre(1, 10, 10, 100));
}

TEST_P(AvgPool2dOnEachSide, StrideIsTheKernelsSizeUnlessGiven) {
  EXPECT_THAT(outputs({.kernel_size = {1, 2}}, {1, 1, 1, 5}, {1, 3, 4, 6, 9}), ElementsAre(2, 5));
}

TEST_P(AvgPool2dOnEachSide, NanStaysInItsWindow) {
  EXPECT_THAT(
      outputs({.kernel_size = {1, 2}}, {1, 1, 1, 4}, {1, std::numeric_limits<double>::quiet_NaN(), 4, 6}),
      ElementsAre(testing::IsNan(), 5));
}

TEST(AvgPool2d, GradientsOfTheBatchBeforeAreGone) {
  manual::AvgPool2d<double> layer(AvgPool2dSpec{.kernel_size = {1, 2}});
  const manual::Matrix<double> x{{1, 2}}, d_y{{4}};
  for (int time = 0; time < 2; ++time) {
    layer.forward({x, manual::Extents(1, 1, 1, 2)});
    EXPECT_EQ(layer.backward({d_y, manual::Extents(1, 1, 1, 1)}).as_matrix(),
              (manual::Matrix<double>{{2, 2}}));
  }
}

TEST(AvgPool2d, NamesTheShapeItExpected) {
  manual::AvgPool2d<double> layer(AvgPool2dSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(1, 4);
  EXPECT_THROW(layer.backward({x, manual::Extents(1, 1, 2, 2)}), std::logic_error);
  layer.forward({x, manual::Extents(1, 1, 2, 2)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(1, 1, 2, 2)}), ShapeError, "d_y",
                       "expected 1×1, got 1×4");
}

TEST(AvgPool2d, RefusesWhatDoesNotFitByName) {
  const auto shape = [](AvgPool2dSpec kind, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"pool", kind}}, std::move(x));
  };
  EXPECT_THAT(shape({}, {5, 3, 7, 8}), ElementsAre(5, 3, 3, 4));
  EXPECT_THAT(shape({.kernel_size = {3, 2}, .stride = Pair{2, 1}, .padding = {1, 0}}, {5, 3, 7, 8}),
              ElementsAre(5, 3, 4, 7));
  EXPECT_THROW_MESSAGE(shape({.kernel_size = {9, 1}}, {5, 1, 7, 8}), LayerError,
                       "pool: expected a height of at least 9", "got 5×1×7×8");
  EXPECT_THROW_MESSAGE(shape({}, {5, 3}), LayerError, "pool: expected N×C×H×W, got 5×3");
}

TEST(AvgPool2d, RefusesSizesThatAreNone) {
  const auto expect_refused = [](const AvgPool2dSpec& kind, const std::string& what) {
    for (const Backend* backend : backends())
      EXPECT_THROW_MESSAGE(backend->build(layer_alone({"pool", kind}), DType::float64, Device::cpu),
                           LayerError, "pool: " + what);
  };
  expect_refused({.kernel_size = {0, 1}}, "kernel_size[0] is 0");
  expect_refused({.stride = Pair{1, 0}}, "stride[1] is 0");
  expect_refused({.padding = {0, -1}}, "padding[1] is -1");
  expect_refused({.kernel_size = {3, 3}, .padding = {2, 0}}, "padding[0] is 2, at most half");
  expect_refused({.divisor_override = 0}, "divisor_override is 0");
}

}  // namespace
}  // namespace twin
