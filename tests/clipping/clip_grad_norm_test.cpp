#include "manual/clipping/clip_grad_norm.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>
#include <rapidcheck.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec clipped(std::int64_t in, std::int64_t out, double max_norm) {
  NetworkSpec spec = layer_alone({"dense", DenseSpec{in, out}});
  spec.optimizer = SgdSpec{.lr = 1};
  spec.clipping = ClipGradNormSpec{max_norm};
  return spec;
}

// By what one step of rate 1, from weights of 0, moves the two weights and the bias. Their gradients are 2t,
// 2t and t, of the norm 3t.
std::vector<double> step_of(const Backend& backend, double max_norm, double t, DType dtype = DType::float64) {
  NamedTensors parameters;
  parameters.add(Tensor::zeros("dense.weight", {1, 2}, DType::float64));
  parameters.add(Tensor::zeros("dense.bias", {1}, DType::float64));
  const OwnedBatch batch{Tensor("inputs", {1, 2}, std::vector<double>{2, 2}),
                         Tensor("targets", {1, 1}, std::vector<double>{t})};
  const std::unique_ptr<Network> network = loaded(backend, clipped(2, 1, max_norm), parameters, dtype);
  network->train_step(batch.as(dtype).view());
  std::vector<double> moved;
  for (const Tensor& tensor : network->parameters())
    for (const double value : tensor.to_doubles()) moved.push_back(-value);
  return moved;
}

// One factor for all tensors, 6 / (12 + 1e-6): each by itself would be cut to other lengths.
TEST(ClipGradNorm, ScalesAllGradientsByTheirCommonNorm) {
  const double factor = 6 / (12 + 1e-6);
  for (const Backend* backend : backends()) {
    const std::vector<double> moved = step_of(*backend, 6, 4);
    EXPECT_NEAR(moved[0], 8 * factor, 1e-15) << backend->name();
    EXPECT_NEAR(moved[1], 8 * factor, 1e-15) << backend->name();
    EXPECT_NEAR(moved[2], 4 * factor, 1e-15) << backend->name();
  }
}

TEST(ClipGradNorm, LeavesShorterGradientsAsTheyAre) {
  for (const Backend* backend : backends())
    for (const double max_norm : {12.5, 1e3, 1e300})
      EXPECT_THAT(step_of(*backend, max_norm, 4), ElementsAre(8, 8, 4))
          << backend->name() << ", " << max_norm;
}

// The 1e-6 makes the factor 12 / 12.000001 at the norm itself.
TEST(ClipGradNorm, CutsAtTheNormItselfByTheSmallTermAlone) {
  for (const Backend* backend : backends()) {
    EXPECT_NEAR(step_of(*backend, 12, 4)[0], 8 * 12 / (12 + 1e-6), 1e-14) << backend->name();
    EXPECT_THAT(step_of(*backend, 12 + 2e-6, 4), ElementsAre(8, 8, 4)) << backend->name();
  }
}

TEST(ClipGradNorm, NothingStaysNothing) {
  for (const Backend* backend : backends())
    EXPECT_THAT(step_of(*backend, 1e-3, 0), ElementsAre(0, 0, 0)) << backend->name();
}

// Squares that float32 cannot hold: LibTorch's norm overflows there, by hand it does not.
TEST(ClipGradNorm, SumsSquaresInMoreThanFloat32) {
  const std::vector<double> moved = step_of(twins().manual, 1, 1e30, DType::float32);
  EXPECT_NEAR(moved[0], 2.0 / 3, 1e-6);
  EXPECT_NEAR(moved[2], 1.0 / 3, 1e-6);
}

TEST(ClipGradNorm, ReportedGradientsAreNotClipped) {
  const NetworkSpec spec = clipped(3, 2, 1e-3);
  NetworkSpec unclipped = spec;
  unclipped.clipping.reset();
  const RandomCase data = random_case(spec, 5, 3, 1, 1);
  for (const Backend* backend : backends())
    EXPECT_EQ(largest_relative_gap(
                  loaded(*backend, spec, data.parameters)->gradients(data.batches[0].view()).parameters,
                  loaded(*backend, unclipped, data.parameters)->gradients(data.batches[0].view()).parameters),
              0)
        << backend->name();
}

TEST(ClipGradNormTwin, StepsMatchOnBothSidesOfTheNorm) {
  EXPECT_TRUE(rc::check([] {
    const std::int64_t in = *rc::gen::inRange(1, 6), out = *rc::gen::inRange(1, 6);
    const double max_norm = *rc::gen::elementOf(std::vector<double>{1e-6, 1e-3, 0.1, 1, 3, 10, 1e3});
    const auto seed = static_cast<Seed>(*rc::gen::inRange(1, 1000000));
    const NetworkSpec spec = clipped(in, out, max_norm);
    const RandomCase data = random_case(spec, *rc::gen::inRange(1, 6), in, seed);
    for (const DType dtype : {DType::float64, DType::float32})
      RC_ASSERT(failures_of(check_equivalence(
                    twins(), spec, data.parameters, data.batches,
                    {.dtype = dtype, .steps = 3, .finite_differences = false, .seed = seed})) == "");

    // The step of rate 1 is no longer than it may be, and goes the way of the gradients.
    const std::unique_ptr<Network> network = loaded(twins().manual, spec, data.parameters);
    const NamedTensors gradients = network->gradients(data.batches[0].view()).parameters;
    network->train_step(data.batches[0].view());
    const NamedTensors after = network->parameters();
    double squares = 0, moved_squares = 0, product = 0;
    for (const Tensor& gradient : gradients) {
      const std::vector<double> g = gradient.to_doubles(),
                                before = data.parameters.at(gradient.name()).to_doubles(),
                                now = after.at(gradient.name()).to_doubles();
      for (std::size_t i = 0; i < g.size(); ++i) {
        squares += g[i] * g[i];
        moved_squares += std::pow(before[i] - now[i], 2);
        product += g[i] * (before[i] - now[i]);
      }
    }
    // Weights of the size 1 are rounded to 1e-16.
    RC_ASSERT(std::sqrt(moved_squares) <= max_norm + 1e-14);
    RC_ASSERT(product >= std::sqrt(squares * moved_squares) * (1 - 1e-8));
  }));
}

TEST(ClipGradNorm, RefusesANormThatIsNotAboveZero) {
  const auto validated = [](double max_norm) { return [=] { validate(clipped(1, 1, max_norm)); }; };
  EXPECT_THAT(validated(0), throws<UsageError>("max_norm is 0", "above 0"));
  EXPECT_THAT(validated(-1), throws<UsageError>("max_norm is -1"));
  EXPECT_THAT(validated(std::numeric_limits<double>::infinity()), throws<UsageError>("max_norm is inf"));
}

}  // namespace
}  // namespace twin
