#include "manual/layers/conv2d.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

TEST(Conv2dTwin, GradientsMatchOnRandomShapesStridesPaddingsDilationsAndGroups) {
  EXPECT_TRUE(rc::check([] {
    const auto draw = [](std::int64_t low, std::int64_t high) {
      return *rc::gen::inRange<std::int64_t>(low, high + 1);
    };
    const std::int64_t groups = draw(1, 2);
    const Conv2dSpec spec{.in_channels = groups * draw(1, 2),
                          .out_channels = groups * draw(1, 2),
                          .kernel_size = {draw(1, 3), draw(1, 3)},
                          .stride = {draw(1, 2), draw(1, 3)},
                          .padding = {draw(0, 2), draw(0, 1)},
                          .dilation = {draw(1, 2), draw(1, 2)},
                          .groups = groups,
                          .bias = draw(0, 1) == 1};
    const Shape input{draw(1, 3), spec.in_channels, draw(5, 7), draw(5, 8)};
    expect_twins_agree(layer_example("random", {{"conv", spec}}, input),
                       *rc::gen::arbitrary<std::uint32_t>());
    RC_ASSERT(!testing::Test::HasFailure());
  }));
}

TEST(Conv2d, RefusesWhatDoesNotFitByName) {
  const auto shape = [](Conv2dSpec spec, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"conv", spec}}, std::move(x));
  };
  EXPECT_EQ(shape({.in_channels = 2, .out_channels = 3, .kernel_size = {3, 2}}, {5, 2, 7, 8}),
            (Shape{5, 3, 5, 7}));
  EXPECT_THROW_MESSAGE(shape({.in_channels = 2}, {5, 3, 7, 8}), LayerError, "conv: ", "5×3×7×8");
  EXPECT_THROW_MESSAGE(shape({.kernel_size = {9, 1}}, {5, 1, 7, 8}), LayerError, "conv: ");
}

}  // namespace
}  // namespace twin
