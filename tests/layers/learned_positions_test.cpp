#include "manual/layers/learned_positions.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec learned(LearnedPositionsSpec kind) { return layer_alone({"positions", kind}); }

TEST(LearnedPositionsTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    const LearnedPositionsSpec spec{drawn(1, 7), drawn(1, 5)};
    return layer_example("any", {{"positions", spec}},
                         {drawn(1, 4), drawn(1, spec.max_positions), spec.embed_dim});
  });
}

class LearnedPositionsOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  // Three positions of one feature: 10, 20, 30.
  static std::unique_ptr<Network> of_three() {
    NamedTensors weight;
    weight.add({"positions.weight", {3, 1}, std::vector<double>{10, 20, 30}});
    return loaded(*GetParam(), learned({3, 1}), weight);
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, LearnedPositionsOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(LearnedPositionsOnEachSide, ARowIsTheSumOverTheSamplesOfItsPosition) {
  const std::unique_ptr<Network> network = of_three();
  const OwnedBatch batch{Tensor("inputs", {2, 2, 1}, std::vector<double>{1, 2, 3, 4}),
                         Tensor("targets", {2, 2, 1}, std::vector<double>{5, 6, 7, 8})};
  EXPECT_THAT(network->predict(batch.inputs.view()).to_doubles(), ElementsAre(11, 22, 13, 24));
  const Gradients gradients = network->gradients(batch.view());
  EXPECT_THAT(gradients.parameters.at("positions.weight").to_doubles(), ElementsAre(12, 14, 0));
  EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(5, 6, 7, 8));
}

// The row of a position that a shorter batch does not have gets nothing from it.
TEST_P(LearnedPositionsOnEachSide, TakesSequencesOfAnyLengthUpToTheTables) {
  const std::unique_ptr<Network> network = of_three();
  const auto gradient_of = [&](std::vector<double> d_y) {
    const Shape shape{1, static_cast<std::int64_t>(d_y.size()), 1};
    const OwnedBatch batch{Tensor("inputs", shape, std::vector<double>(d_y.size())),
                           Tensor("targets", shape, d_y)};
    return network->gradients(batch.view()).parameters.at("positions.weight").to_doubles();
  };
  EXPECT_THAT(gradient_of({1, 2, 3}), ElementsAre(1, 2, 3));
  EXPECT_THAT(gradient_of({4}), ElementsAre(4, 0, 0));
  EXPECT_THAT(gradient_of({5, 6}), ElementsAre(5, 6, 0));
  const Tensor four("inputs", {1, 4, 1}, std::vector<double>(4));
  EXPECT_THROW_MESSAGE(network->predict(four.view()), LayerError,
                       "positions: expected N×T×1 with T of 3 at most, got 1×4×1");
}

TEST_P(LearnedPositionsOnEachSide, RefusesShapesAndSizesThatDoNotFit) {
  const auto build = [](NetworkSpec spec, Shape sample) {
    spec.input = std::move(sample);
    GetParam()->build(spec, DType::float64, Device::cpu);
  };
  EXPECT_THROW_MESSAGE(build(learned({0, 3}), {2, 3}), LayerError, "positions: max_positions is 0");
  EXPECT_THROW_MESSAGE(build(learned({2, -1}), {2, 3}), LayerError, "positions: embed_dim is -1");
  EXPECT_THROW_MESSAGE(build(learned({2, 4}), {2, 3}), LayerError,
                       "positions: expected N×T×4 with T of 2 at most, got 1×2×3");
}

TEST(LearnedPositions, GradientsAddUpUntilZeroGrad) {
  manual::LearnedPositions<double> layer(LearnedPositionsSpec{5, 3});
  const manual::Matrix<double> x = manual::Matrix<double>::Random(8, 3);
  const manual::Extents extents(2, 4, 3);
  EXPECT_THROW(layer.backward({x, extents}), std::logic_error) << "before forward()";
  layer.forward({x, extents});
  expect_gradients_add_up(
      layer,
      [&] {
        layer.backward({x, extents});
      },
      [&] { return std::vector<manual::Matrix<double>>{layer.d_weight}; });
}

}  // namespace
}  // namespace twin
