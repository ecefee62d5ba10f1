#include "manual/layers/max_pool2d.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

// Small integers tie in most windows: the first maximum takes the whole gradient, on both sides.
TEST(MaxPool2dTwin, GradientsAreEqualBitForBitOnTies) {
  for (Seed seed = 1; seed <= 20; ++seed) {
    Example example = layer_example("ties", {{"pool", MaxPool2dSpec{.kernel_size = {3, 2}}}}, {3, 2, 7, 8});
    example.draw = Draw::integers;
    expect_twins_equal(example.spec, example_case(example, seed));
  }
}

TEST(MaxPool2d, RefusesWhatDoesNotFitByName) {
  const auto shape = [](MaxPool2dSpec spec, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"pool", spec}}, std::move(x));
  };
  EXPECT_EQ(shape({.kernel_size = {2, 2}}, {5, 3, 7, 8}), (Shape{5, 3, 3, 4}));
  EXPECT_THROW_MESSAGE(shape({.kernel_size = {9, 1}}, {5, 1, 7, 8}), LayerError, "pool: ");
  EXPECT_THROW_MESSAGE(shape({.kernel_size = {2, 2}}, {5, 3}), LayerError, "pool: ", "5×3");
}

}  // namespace
}  // namespace twin
