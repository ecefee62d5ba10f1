#include "manual/layers/upsample.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using Values = std::vector<double>;

UpsampleSpec bilinear_upsample(double down, double across, bool align_corners = false) {
  return {{down, across}, UpsampleMode::bilinear, align_corners};
}

TEST(UpsampleTwin, GradientsMatchOnRandomShapesFactorsAndModes) {
  expect_twins_agree_on_random([] {
    UpsampleSpec spec;
    // From 4 elements on, each of them leaves some.
    for (double& factor : spec.scale_factor)
      factor = drawn_from(std::vector{0.25, 0.5, 0.7, 1.0, 1.5, 2.0, 2.5, 3.0});
    if (drawn_bool()) spec = bilinear_upsample(spec.scale_factor[0], spec.scale_factor[1], drawn_bool());
    return layer_example("random", {{"upsample", spec}},
                         {drawn(1, 3), drawn(1, 3), drawn(4, 7), drawn(4, 8)});
  });
}

// Nearest copies and never rounds, whatever the size of the numbers. (At half the size no input is there
// twice, so nothing is added up on the way back.)
TEST(UpsampleTwin, NearestIsEqualBitForBitOnTinyAndHugeNumbers) {
  for (const double scale : {1e-30, 1e30}) {
    const Example example =
        layer_example("scaled", {{"upsample", UpsampleSpec{{0.5, 1}}}}, {3, 2, 7, 8}, scale);
    EXPECT_EQ(disagreements(example, {.finite_differences = false}), "") << scale;
    EXPECT_EQ(unequal_gradients(example, 1), "") << scale;
  }
}

class UpsampleOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  std::unique_ptr<Network> network(const UpsampleSpec& kind, const Shape& picture) const {
    NetworkSpec spec = layer_alone({"upsample", kind});
    spec.input = {picture.begin() + 1, picture.end()};
    return loaded(*GetParam(), spec, {});
  }
  Values outputs(const UpsampleSpec& kind, const Shape& picture, Values x) const {
    const Tensor inputs("inputs", picture, std::move(x));
    return network(kind, picture)->predict(inputs.view()).to_doubles();
  }
  Values input_gradient(const UpsampleSpec& kind, const Shape& picture, const Shape& enlarged,
                        Values d_y) const {
    const auto size = static_cast<std::size_t>(element_count(picture));
    const Tensor inputs("inputs", picture, Values(size, 1)), targets("targets", enlarged, std::move(d_y));
    return network(kind, picture)->gradients({inputs.view(), targets.view()}).input->to_doubles();
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, UpsampleOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(UpsampleOnEachSide, NearestRepeatsEachElement) {
  EXPECT_THAT(outputs({{2, 3}}, {1, 1, 2, 2}, {1, 2, 3, 4}), ElementsAre(1, 1, 1, 2, 2, 2,  //
                                                                         1, 1, 1, 2, 2, 2,  //
                                                                         3, 3, 3, 4, 4, 4,  //
                                                                         3, 3, 3, 4, 4, 4));
}

TEST_P(UpsampleOnEachSide, NearestAddsUpWhatFlowsBackIntoTheCopies) {
  EXPECT_THAT(input_gradient({{2, 1}}, {1, 1, 2, 2}, {1, 1, 4, 2}, {1, 2, 10, 20, 100, 200, 1000, 2000}),
              ElementsAre(11, 22, 1100, 2200));
}

// Positions 0, 0.4, 0.8, 1.2, …: rounded down, not to the nearest whole number.
TEST_P(UpsampleOnEachSide, NearestRoundsPositionsDown) {
  EXPECT_THAT(outputs({{1, 2.5}}, {1, 1, 1, 4}, {1, 2, 3, 4}), ElementsAre(1, 1, 1, 2, 2, 3, 3, 3, 4, 4));
  EXPECT_THAT(outputs({{1, 0.5}}, {1, 1, 1, 5}, {1, 2, 3, 4, 5}), ElementsAre(1, 3));
}

// Positions -¼, ¼, ¾, 1¼: a quarter from the centres on either side; at the ends there is one side alone.
TEST_P(UpsampleOnEachSide, BilinearComparesTheCentres) {
  EXPECT_THAT(outputs(bilinear_upsample(1, 2), {1, 1, 1, 2}, {4, 8}), ElementsAre(4, 5, 7, 8));
  EXPECT_THAT(input_gradient(bilinear_upsample(1, 2), {1, 1, 1, 2}, {1, 1, 1, 4}, {1, 4, 40, 1000}),
              ElementsAre(1 + 3 + 10, 1 + 30 + 1000));
}

// Positions 0, ½, 1, 1½, 2: the ends lie on each other.
TEST_P(UpsampleOnEachSide, BilinearAlignsTheCornersWhenItIsTold) {
  const UpsampleSpec kind = bilinear_upsample(1, 5.0 / 3, true);
  EXPECT_THAT(outputs(kind, {1, 1, 1, 3}, {4, 8, 6}), ElementsAre(4, 6, 8, 7, 6));
  EXPECT_THAT(input_gradient(kind, {1, 1, 1, 3}, {1, 1, 1, 5}, {1, 2, 10, 20, 100}),
              ElementsAre(1 + 1, 1 + 10 + 10, 10 + 100));
}

TEST_P(UpsampleOnEachSide, BilinearMixesDownAndAcross) {
  EXPECT_THAT(outputs(bilinear_upsample(2, 2), {1, 1, 2, 2}, {0, 16, 32, 64}), ElementsAre(0, 4, 12, 16,    //
                                                                                           8, 13, 23, 28,   //
                                                                                           24, 31, 45, 52,  //
                                                                                           32, 40, 56, 64));
}

// What lies on a straight line stays on it: a law that needs no other twin.
TEST_P(UpsampleOnEachSide, BilinearKeepsAStraightLine) {
  Values x(7);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 3 * static_cast<double>(i);
  const Values y = outputs(bilinear_upsample(1, 13.0 / 7, true), {1, 1, 1, 7}, x);
  ASSERT_EQ(y.size(), 13u);
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], 1.5 * static_cast<double>(i), 1e-13);
}

TEST(Upsample, GradientsOfTheBatchBeforeAreGone) {
  for (const UpsampleSpec& kind : {UpsampleSpec{{1, 2}}, bilinear_upsample(1, 2)}) {
    manual::Upsample<double> layer(kind);
    const manual::Matrix<double> x{{1}}, d_y{{3, 4}};
    for (int time = 0; time < 2; ++time) {
      layer.forward({x, manual::Extents(1, 1, 1, 1)});
      EXPECT_EQ(layer.backward({d_y, manual::Extents(1, 1, 1, 2)}).as_matrix()(0, 0), 7);
    }
  }
}

TEST(Upsample, NamesTheShapeItExpected) {
  manual::Upsample<double> layer(UpsampleSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(1, 4);
  EXPECT_THROW(layer.backward({x, manual::Extents(1, 1, 2, 2)}), std::logic_error);
  layer.forward({x, manual::Extents(1, 1, 2, 2)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(1, 1, 2, 2)}), ShapeError, "d_y",
                       "expected 1×16, got 1×4");
}

TEST(Upsample, RefusesWhatDoesNotFitByName) {
  const auto shape = [](UpsampleSpec kind, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"upsample", kind}}, std::move(x));
  };
  EXPECT_THAT(shape({{2.5, 0.5}}, {5, 3, 3, 7}), ElementsAre(5, 3, 7, 3));
  EXPECT_THROW_MESSAGE(shape({}, {5, 3}), LayerError, "upsample: expected N×C×H×W, got 5×3");
  EXPECT_THROW_MESSAGE(shape({{1, 0.5}}, {5, 3, 1, 1}), LayerError,
                       "upsample: expected a width that is from 1 to", "multiplied by 0.5, got 5×3×1×1");
  EXPECT_THROW_MESSAGE(shape({{1e300, 1}}, {5, 3, 1, 1}), LayerError, "upsample: expected a height");
}

TEST(Upsample, RefusesOptionsThatMakeNoSense) {
  const auto expect_refused = [](const UpsampleSpec& kind, const std::string& what) {
    for (const Backend* backend : backends())
      EXPECT_THROW_MESSAGE(backend->build(layer_alone({"upsample", kind}), DType::float64, Device::cpu),
                           LayerError, "upsample: " + what);
  };
  expect_refused({{0, 1}}, "scale_factor[0] is 0");
  expect_refused({{1, -2}}, "scale_factor[1] is -2");
  expect_refused({{1, std::numeric_limits<double>::infinity()}}, "scale_factor[1] is inf");
  expect_refused({{2, 2}, UpsampleMode::nearest, true}, "align_corners is set");
}

}  // namespace
}  // namespace twin
