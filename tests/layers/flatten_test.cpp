#include "manual/layers/flatten.hpp"

#include <gmock/gmock.h>
#include <numeric>
#include <rapidcheck.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

TEST(FlattenTwin, GradientsAreEqualBitForBitOnRandomShapes) {
  EXPECT_TRUE(rc::check([] {
    const auto extent = rc::gen::inRange<std::int64_t>(1, 6);
    Shape sample = *rc::gen::container<Shape>(*rc::gen::inRange<std::size_t>(1, 5), extent);
    const auto rank = std::ssize(sample) + 1;
    const auto start = *rc::gen::inRange<std::int64_t>(1, rank);
    const auto end = *rc::gen::inRange<std::int64_t>(start, rank);
    // Either end may be counted from the last extent.
    const FlattenSpec spec{*rc::gen::element(start, start - rank), *rc::gen::element(end, end - rank)};
    NetworkSpec network = layer_alone({"flatten", spec});
    network.input = sample;
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    expect_twins_equal(network, random_case(network, *extent, 0, seed));
    RC_ASSERT(!testing::Test::HasFailure());
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
