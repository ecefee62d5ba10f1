#include "manual/layers/sinusoidal_positions.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

NetworkSpec sinusoidal(std::int64_t embed_dim) {
  return layer_alone({"positions", SinusoidalPositionsSpec{embed_dim}});
}

TEST(SinusoidalPositionsTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    const SinusoidalPositionsSpec spec{drawn(1, 9)};
    return layer_example("any", {{"positions", spec}}, {drawn(1, 3), drawn(1, 9), spec.embed_dim});
  });
}

class SinusoidalPositionsOnEachSide : public testing::TestWithParam<const Backend*> {};
INSTANTIATE_TEST_SUITE_P(Sides, SinusoidalPositionsOnEachSide, testing::ValuesIn(backends()), backend_name);

// Whatever the sample, and the number of positions that came before in another batch.
TEST_P(SinusoidalPositionsOnEachSide, AddsSinesAndCosinesInTurn) {
  const std::unique_ptr<Network> network = loaded(*GetParam(), sinusoidal(4), {});
  for (const std::int64_t positions : {2, 5, 3}) {
    const Tensor x("inputs", {2, positions, 4},
                   std::vector<double>(static_cast<std::size_t>(8 * positions), 0.5));
    const std::vector<double> y = network->predict(x.view()).to_doubles();
    for (std::size_t row = 0; row < y.size() / 4; ++row) {
      const auto t = static_cast<double>(row % static_cast<std::size_t>(positions));
      EXPECT_NEAR(y[4 * row], 0.5 + std::sin(t), 1e-15);
      EXPECT_NEAR(y[4 * row + 1], 0.5 + std::cos(t), 1e-15);
      EXPECT_NEAR(y[4 * row + 2], 0.5 + std::sin(t / 100), 1e-15);
      EXPECT_NEAR(y[4 * row + 3], 0.5 + std::cos(t / 100), 1e-15);
    }
  }
}

TEST_P(SinusoidalPositionsOnEachSide, ALastColumnByItselfIsASine) {
  const std::unique_ptr<Network> network = loaded(*GetParam(), sinusoidal(3), {});
  const Tensor x("inputs", {1, 2, 3}, std::vector<double>(6));
  const std::vector<double> y = network->predict(x.view()).to_doubles();
  EXPECT_NEAR(y[4], std::cos(1.0), 1e-15);
  EXPECT_NEAR(y[5], std::sin(std::pow(10000, -2.0 / 3)), 1e-15);
}

TEST_P(SinusoidalPositionsOnEachSide, HandsTheGradientOnAsItIs) {
  NetworkSpec spec = sinusoidal(3);
  spec.input = {2, 3};
  const RandomCase data = random_case(spec, 2, 6, 1, 1);
  const Gradients gradients = loaded(*GetParam(), spec, {})->gradients(data.batches[0].view());
  EXPECT_EQ(gradients.input->to_doubles(), data.batches[0].targets.to_doubles());
}

TEST_P(SinusoidalPositionsOnEachSide, RefusesShapesAndSizesThatDoNotFit) {
  const auto build = [](NetworkSpec spec, Shape sample) {
    spec.input = std::move(sample);
    GetParam()->build(spec, DType::float64, Device::cpu);
  };
  EXPECT_THROW_MESSAGE(build(sinusoidal(0), {2, 3}), LayerError, "positions: embed_dim is 0");
  EXPECT_THROW_MESSAGE(build(sinusoidal(4), {2, 3}), LayerError, "positions: expected N×T×4, got 1×2×3");
  EXPECT_THROW_MESSAGE(build(sinusoidal(4), {4}), LayerError, "positions: expected N×T×4, got 1×4");
}

// At the last of 4,096 positions, too, each is rounded once.
TEST(SinusoidalPositions, LatePositionsKeepTheirDigitsInFloat32) {
  constexpr manual::Index kPositions = 4096;
  manual::SinusoidalPositions<float> layer(SinusoidalPositionsSpec{4});
  const manual::Matrix<float> x = manual::Matrix<float>::Zero(kPositions, 4);
  const manual::Activation<float> y = layer.forward({x, manual::Extents(1, kPositions, 4)});
  double largest = 0;
  for (manual::Index t = 1; t < kPositions; ++t)
    for (const manual::Index i : {0, 1}) {
      const double angle = static_cast<double>(t) * (i == 0 ? 1 : 0.01);
      largest = std::max(largest, ulps(y.as_matrix()(t, 2 * i), std::sin(angle)));
      largest = std::max(largest, ulps(y.as_matrix()(t, 2 * i + 1), std::cos(angle)));
    }
  RecordProperty("ulps", std::to_string(largest));
  EXPECT_LE(largest, 0.51);
}

}  // namespace
}  // namespace twin
