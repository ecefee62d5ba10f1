#include "manual/layers/flatten.hpp"

#include <gmock/gmock.h>
#include <numeric>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

TEST(FlattenTwin, GradientsAreEqualBitForBitOnRandomShapes) {
  EXPECT_TRUE(rc::check([] {
    const Shape input = *rc::gen::container<Shape>(static_cast<std::size_t>(drawn(2, 5)),
                                                   rc::gen::inRange<std::int64_t>(1, 6));
    const auto rank = std::ssize(input);
    const std::int64_t start = drawn(1, rank - 1), end = drawn(start, rank - 1);
    // Either end may be counted from the last extent.
    const FlattenSpec spec{drawn_from(std::vector{start, start - rank}),
                           drawn_from(std::vector{end, end - rank})};
    const Example example = layer_example("random", {{"flatten", spec}}, input);
    const Seed seed = drawn_seed();
    RC_ASSERT(disagreements(example, {.seed = seed}) == "");
    RC_ASSERT(unequal_gradients(example, seed) == "");
  }));
}

TEST(Flatten, KeepsElementsWhereTheyAre) {
  manual::Flatten<double> layer(FlattenSpec{});
  std::vector<double> x(2 * 3 * 5 * 7), d_y(x.size());
  std::iota(x.begin(), x.end(), 0);
  const auto y = layer.forward({x.data(), manual::Extents(2, 3, 5, 7)});
  EXPECT_EQ(y.data(), x.data());
  EXPECT_THAT(y.extents().shape(), ElementsAre(2, 105));
  const auto d_x = layer.backward({d_y.data(), y.extents()});
  EXPECT_EQ(d_x.data(), d_y.data());
  EXPECT_THAT(d_x.extents().shape(), ElementsAre(2, 3, 5, 7));
}

TEST(Flatten, CountsExtentsFromEitherEnd) {
  const Shape x{2, 3, 5, 7};
  EXPECT_THAT((FlattenSpec{1, -1}.output_shape(x)), ElementsAre(2, 105));
  EXPECT_THAT((FlattenSpec{-3, 2}.output_shape(x)), ElementsAre(2, 15, 7));
  EXPECT_THAT((FlattenSpec{2, 3}.output_shape(x)), ElementsAre(2, 3, 35));
  EXPECT_THAT((FlattenSpec{2, 2}.output_shape(x)), ElementsAre(2, 3, 5, 7));
}

TEST(Flatten, RefusesExtentsThatAreNotThere) {
  EXPECT_THROW_MESSAGE((FlattenSpec{0, -1}.validate()), LayerError, "start_dim is 0, the batch must stay");
  EXPECT_THROW_MESSAGE((FlattenSpec{2, 1}.validate()), LayerError, "end_dim 1 lies before start_dim 2");
  EXPECT_THROW_MESSAGE((FlattenSpec{2, 3}.output_shape({5, 3, 7})), LayerError,
                       "expected extents 2 to 3 behind the batch, got 5×3×7");
  EXPECT_THROW_MESSAGE((FlattenSpec{-3, -1}.output_shape({5, 3, 7})), LayerError, "got 5×3×7");
  const NetworkSpec network = layer_alone({"flat", FlattenSpec{3, 4}});
  EXPECT_THROW_MESSAGE(output_shape(network.layers, {2, 3}), LayerError, "flat");
}

}  // namespace
}  // namespace twin
