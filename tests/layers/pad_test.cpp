#include "manual/layers/pad.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using Values = std::vector<double>;

Example any_pad() {
  PadSpec spec;
  spec.mode = drawn_from(std::vector{PadMode::constant, PadMode::reflect, PadMode::replicate});
  for (std::int64_t& size : spec.pad) size = drawn(-1, 3);
  if (spec.mode == PadMode::constant && drawn_bool()) spec.value = static_cast<double>(drawn(-3, 3)) / 4;
  return layer_example("random", {{"pad", spec}}, {drawn(1, 3), drawn(1, 3), drawn(4, 7), drawn(4, 8)});
}

TEST(PadTwin, GradientsMatchOnRandomShapesAndOptions) { expect_twins_agree_on_random(any_pad); }

TEST(PadTwin, GradientsAreEqualBitForBitOnIntegers) {
  EXPECT_TRUE(rc::check([] {
    Example example = any_pad();
    example.draw = Draw::integers;
    RC_ASSERT(unequal_gradients(example, drawn_seed()) == "");
  }));
}

class PadOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  std::unique_ptr<Network> network(const PadSpec& kind, const Shape& picture) const {
    NetworkSpec spec = layer_alone({"pad", kind});
    spec.input = {picture.begin() + 1, picture.end()};
    return loaded(*GetParam(), spec, {});
  }
  Values outputs(const PadSpec& kind, const Shape& picture, Values x) const {
    const Tensor inputs("inputs", picture, std::move(x));
    return network(kind, picture)->predict(inputs.view()).to_doubles();
  }
  Values input_gradient(const PadSpec& kind, const Shape& picture, const Shape& padded, Values d_y) const {
    const auto size = static_cast<std::size_t>(element_count(picture));
    const Tensor inputs("inputs", picture, Values(size, 1)), targets("targets", padded, std::move(d_y));
    return network(kind, picture)->gradients({inputs.view(), targets.view()}).input->to_doubles();
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, PadOnEachSide, testing::ValuesIn(backends()), backend_name);

// PyTorch begins at the last extent: left, right, then top, bottom.
TEST_P(PadOnEachSide, NumbersAreLeftRightTopBottom) {
  EXPECT_THAT(outputs({{1, 2, 1, 0}, PadMode::constant, 9}, {1, 1, 2, 2}, {1, 2, 3, 4}),
              ElementsAre(9, 9, 9, 9, 9,  //
                          9, 1, 2, 9, 9,  //
                          9, 3, 4, 9, 9));
}

TEST_P(PadOnEachSide, AConstantTakesItsGradientAlong) {
  EXPECT_THAT(input_gradient({{1, 0, 0, 1}}, {1, 1, 1, 2}, {1, 1, 2, 3}, {1, 2, 3, 4, 5, 6}),
              ElementsAre(2, 3));
}

TEST_P(PadOnEachSide, AMirrorDoesNotRepeatTheOutermost) {
  const PadSpec kind{{2, 1, 0, 0}, PadMode::reflect};
  EXPECT_THAT(outputs(kind, {1, 1, 1, 3}, {1, 2, 3}), ElementsAre(3, 2, 1, 2, 3, 2));
  EXPECT_THAT(input_gradient(kind, {1, 1, 1, 3}, {1, 1, 1, 6}, {1, 10, 100, 1000, 10000, 100000}),
              ElementsAre(100, 101010, 10001));
}

TEST_P(PadOnEachSide, TheOutermostIsReplicated) {
  const PadSpec kind{{2, 1, 0, 0}, PadMode::replicate};
  EXPECT_THAT(outputs(kind, {1, 1, 1, 3}, {1, 2, 3}), ElementsAre(1, 1, 1, 2, 3, 3));
  EXPECT_THAT(input_gradient(kind, {1, 1, 1, 3}, {1, 1, 1, 6}, {1, 10, 100, 1000, 10000, 100000}),
              ElementsAre(111, 1000, 110000));
}

// A corner of the border shows what lies across the corner.
TEST_P(PadOnEachSide, CornersAreBorderDownAndAcross) {
  EXPECT_THAT(outputs({{1, 0, 1, 0}, PadMode::reflect}, {1, 1, 2, 2}, {1, 2, 3, 4}), ElementsAre(4, 3, 4,  //
                                                                                                 2, 1, 2,  //
                                                                                                 4, 3, 4));
  EXPECT_THAT(outputs({{1, 0, 1, 0}, PadMode::replicate}, {1, 1, 2, 2}, {1, 2, 3, 4}),
              ElementsAre(1, 1, 2,  //
                          1, 1, 2,  //
                          3, 3, 4));
}

TEST_P(PadOnEachSide, ANumberBelowZeroCutsOff) {
  const PadSpec kind{{-1, 1, 0, -1}, PadMode::constant, 9};
  EXPECT_THAT(outputs(kind, {1, 1, 2, 3}, {1, 2, 3, 4, 5, 6}), ElementsAre(2, 3, 9));
  EXPECT_THAT(input_gradient(kind, {1, 1, 2, 3}, {1, 1, 1, 3}, {1, 10, 100}), ElementsAre(0, 1, 10, 0, 0, 0));
}

// In front of a max pooling, a border that never wins.
TEST_P(PadOnEachSide, TheConstantMayBeInfinite) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(outputs({{1, 0, 0, 0}, PadMode::constant, -kInfinity}, {1, 1, 1, 1}, {-5}),
              ElementsAre(-kInfinity, -5));
}

TEST(Pad, GradientsOfTheBatchBeforeAreGone) {
  manual::Pad<double> layer(PadSpec{{1, 0, 0, 0}, PadMode::replicate});
  const manual::Matrix<double> x{{1}}, d_y{{3, 4}};
  for (int time = 0; time < 2; ++time) {
    layer.forward({x, manual::Extents(1, 1, 1, 1)});
    EXPECT_EQ(layer.backward({d_y, manual::Extents(1, 1, 1, 2)}).as_matrix()(0, 0), 7);
  }
}

TEST(Pad, NamesTheShapeItExpected) {
  manual::Pad<double> layer(PadSpec{{1, 1, 0, 0}});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(1, 4);
  EXPECT_THROW(layer.backward({x, manual::Extents(1, 1, 2, 2)}), std::logic_error);
  layer.forward({x, manual::Extents(1, 1, 2, 2)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(1, 1, 2, 2)}), ShapeError, "d_y",
                       "expected 1×8, got 1×4");
}

TEST(Pad, RefusesWhatDoesNotFitByName) {
  const auto shape = [](PadSpec kind, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"pad", kind}}, std::move(x));
  };
  EXPECT_THAT(shape({{1, 2, 3, -1}}, {5, 3, 7, 8}), ElementsAre(5, 3, 9, 11));
  EXPECT_THROW_MESSAGE(shape({}, {5, 3}), LayerError, "pad: expected N×C×H×W, got 5×3");
  EXPECT_THROW_MESSAGE(shape({{0, 0, -1, -1}}, {5, 3, 2, 8}), LayerError,
                       "pad: expected a height above 2, which is cut off, got 5×3×2×8");
  EXPECT_THROW_MESSAGE(shape({{8, -8, 0, 0}}, {5, 3, 2, 8}), LayerError, "pad: expected a width above 8");
  EXPECT_THROW_MESSAGE(shape({{0, 3, 0, 0}, PadMode::reflect}, {5, 3, 2, 3}), LayerError,
                       "pad: expected a width above 3, the part that is reflected, got 5×3×2×3");
  EXPECT_THROW_MESSAGE(validate(layer_alone({"pad", PadSpec{{1, 1, 1, 1}, PadMode::reflect, 2}})), LayerError,
                       "pad: value is 2, which a border without a constant does not know");
}

}  // namespace
}  // namespace twin
