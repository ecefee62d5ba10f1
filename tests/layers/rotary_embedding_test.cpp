#include "manual/layers/rotary_embedding.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/infinity.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

NetworkSpec rotary(RotaryEmbeddingSpec kind) { return layer_alone({"rotary", kind}); }

TEST(RotaryEmbeddingTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    const RotaryEmbeddingSpec spec{2 * drawn(1, 4), drawn_from(std::vector{2.0, 100.0, 10000.0})};
    return layer_example("any", {{"rotary", spec}}, {drawn(1, 3), drawn(1, 9), spec.head_dim * drawn(1, 3)});
  });
}

class RotaryEmbeddingOnEachSide : public testing::TestWithParam<const Backend*> {};
INSTANTIATE_TEST_SUITE_P(Sides, RotaryEmbeddingOnEachSide, testing::ValuesIn(backends()), backend_name);

// One head of four columns at positions 0 and 1: the planes are columns 0 and 2, turned by 1, and columns 1
// and 3, turned by 100^(-1/2).
TEST_P(RotaryEmbeddingOnEachSide, TurnsTheHalvesOfAHeadByTheirPosition) {
  const std::unique_ptr<Network> network = loaded(*GetParam(), rotary({4, 100}), {});
  const Tensor x("inputs", {1, 2, 4}, std::vector<double>{1, 2, 3, 4, 1, 2, 3, 4});
  const std::vector<double> y = network->predict(x.view()).to_doubles();
  const double c = std::cos(1.0), s = std::sin(1.0), c_slow = std::cos(0.1), s_slow = std::sin(0.1);
  const std::vector<double> expected{
      1, 2, 3, 4, c - 3 * s, 2 * c_slow - 4 * s_slow, 3 * c + s, 4 * c_slow + 2 * s_slow};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(y[i], expected[i], 1e-15) << "element " << i;
}

// Whatever the head, the sample, and the number of positions that came before in another batch.
TEST_P(RotaryEmbeddingOnEachSide, TurnsAllHeadsAndSamplesAlike) {
  const std::unique_ptr<Network> network = loaded(*GetParam(), rotary({2}), {});
  for (const std::int64_t positions : {2, 5, 3}) {
    const Tensor x("inputs", {2, positions, 6},
                   std::vector<double>(static_cast<std::size_t>(12 * positions), 1.0));
    const std::vector<double> y = network->predict(x.view()).to_doubles();
    for (std::size_t i = 0; i < y.size(); ++i) {
      const auto t = static_cast<double>(i / 6 % static_cast<std::size_t>(positions));
      EXPECT_NEAR(y[i], i % 2 == 0 ? std::cos(t) - std::sin(t) : std::cos(t) + std::sin(t), 1e-15)
          << positions << " positions, element " << i;
    }
  }
}

// The scores of one query and one key, put at every position, depend on the distance alone.
TEST_P(RotaryEmbeddingOnEachSide, LeavesProductsThatDependOnTheDistance) {
  const std::unique_ptr<Network> network = loaded(*GetParam(), rotary({4, 10}), {});
  const auto everywhere = [&](const std::vector<double>& head) {
    std::vector<double> x;
    for (int t = 0; t < 7; ++t) x.insert(x.end(), head.begin(), head.end());
    return network->predict(Tensor("inputs", {1, 7, 4}, x).view()).to_doubles();
  };
  const std::vector<double> q = everywhere({0.5, -2, 1, 0.25}), k = everywhere({-1, 0.75, 2, 1.5});
  const auto score = [&](std::size_t t, std::size_t j) {
    double sum = 0;
    for (std::size_t d = 0; d < 4; ++d) sum += q[4 * t + d] * k[4 * j + d];
    return sum;
  };
  for (std::size_t distance = 0; distance < 6; ++distance)
    EXPECT_NEAR(score(distance, 0), score(6, 6 - distance), 1e-14) << distance;
  EXPECT_GT(std::abs(score(1, 0) - score(0, 1)), 0.1) << "ahead is not behind";
}

TEST_P(RotaryEmbeddingOnEachSide, RefusesWhatItCannotTurn) {
  const auto build = [](const RotaryEmbeddingSpec& spec, Shape sample) {
    NetworkSpec network = rotary(spec);
    network.input = std::move(sample);
    GetParam()->build(network, DType::float64, Device::cpu);
  };
  EXPECT_THROW_MESSAGE(build({3}, {2, 6}), LayerError,
                       "rotary: expected an even head_dim, for its columns are turned in pairs, got 3");
  EXPECT_THROW_MESSAGE(build({0}, {2, 6}), LayerError, "rotary: head_dim is 0");
  EXPECT_THROW_MESSAGE(build({2, -1}, {2, 6}), LayerError, "rotary: expected a finite theta above 0, got -1");
  EXPECT_THROW_MESSAGE(build({2, kInfinity}, {2, 6}), LayerError, "expected a finite theta above 0, got inf");
  EXPECT_THROW_MESSAGE(build({4}, {2, 6}), LayerError,
                       "rotary: expected N×T×E with a multiple of 4 for E, got 1×2×6");
  EXPECT_THROW_MESSAGE(build({2}, {6}), LayerError,
                       "rotary: expected N×T×E with a multiple of 2 for E, got 1×6");
}

// The transpose of a rotation is its inverse.
TEST(RotaryEmbedding, TheWayBackUndoesTheWayForward) {
  manual::RotaryEmbedding<double> layer(RotaryEmbeddingSpec{6, 50});
  const manual::Matrix<double> x = manual::Matrix<double>::Random(10, 12);
  const manual::Extents extents(2, 5, 12);
  EXPECT_THROW(layer.backward({x, extents}), std::logic_error) << "before forward()";
  const manual::Activation<double> y = layer.forward({x, extents});
  EXPECT_GT((y.as_matrix() - x).cwiseAbs().maxCoeff(), 0.1);
  EXPECT_TRUE(layer.backward(y).as_matrix().isApprox(x, 1e-14));
}

// The points (1, 0) become (cos a, sin a): at the last of 4,096 positions, too, each is rounded once.
TEST(RotaryEmbedding, LatePositionsKeepTheirDigitsInFloat32) {
  constexpr manual::Index kPositions = 4096;
  manual::RotaryEmbedding<float> layer(RotaryEmbeddingSpec{4, 10000});
  manual::Matrix<float> x = manual::Matrix<float>::Zero(kPositions, 4);
  x.leftCols(2).setOnes();
  const manual::Activation<float> y = layer.forward({x, manual::Extents(1, kPositions, 4)});
  double largest = 0;
  for (manual::Index t = 0; t < kPositions; ++t)
    for (const manual::Index i : {0, 1}) {
      const double angle = static_cast<double>(t) * (i == 0 ? 1 : 0.01);
      largest = std::max(largest, ulps(y.as_matrix()(t, i), std::cos(angle)));
      if (t > 0) largest = std::max(largest, ulps(y.as_matrix()(t, i + 2), std::sin(angle)));
    }
  RecordProperty("ulps", std::to_string(largest));
  EXPECT_LE(largest, 0.51);
}

}  // namespace
}  // namespace twin
