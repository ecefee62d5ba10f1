#include "manual/clipping/clip_grad_value.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec clipped_by_value(std::int64_t in, std::int64_t out, double clip_value) {
  NetworkSpec spec = layer_alone({"dense", DenseSpec{in, out}});
  spec.optimizer = SgdSpec{.lr = 1};
  spec.clipping = ClipGradValueSpec{clip_value};
  return spec;
}

// By what one step of rate 1, from weights of 0, moves the weights and the bias: by their gradients, inputs
// and 1, clipped.
std::vector<double> step_clipped_by_value(const Backend& backend, double clip_value,
                                          const std::vector<double>& inputs) {
  const auto in = static_cast<std::int64_t>(inputs.size());
  NamedTensors parameters;
  parameters.add(Tensor::zeros("dense.weight", {1, in}, DType::float64));
  parameters.add(Tensor::zeros("dense.bias", {1}, DType::float64));
  const OwnedBatch batch{Tensor("inputs", {1, in}, inputs),
                         Tensor("targets", {1, 1}, std::vector<double>{1})};
  const std::unique_ptr<Network> network = loaded(backend, clipped_by_value(in, 1, clip_value), parameters);
  network->train_step(batch.view());
  std::vector<double> moved;
  for (const Tensor& tensor : network->parameters())
    for (const double value : tensor.to_doubles()) moved.push_back(0 - value);
  return moved;
}

TEST(ClipGradValue, CutsEachElementByItself) {
  for (const Backend* backend : backends()) {
    EXPECT_THAT(step_clipped_by_value(*backend, 2, {3, -5, 2, -2, 0.5, 0}),
                ElementsAre(2, -2, 2, -2, 0.5, 0, 1))
        << backend->name();
    EXPECT_THAT(step_clipped_by_value(*backend, 0.75, {3, -0.5}), ElementsAre(0.75, -0.5, 0.75))
        << backend->name();
    EXPECT_THAT(step_clipped_by_value(*backend, 1e300, {1e200, -1e250}), ElementsAre(1e200, -1e250, 1))
        << backend->name();
  }
}

// A gradient that is infinite is cut; one that is no number stays none, and is seen.
TEST(ClipGradValue, NaNStaysNaN) {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::nan("");
  for (const Backend* backend : backends()) {
    const std::vector<double> moved = step_clipped_by_value(*backend, 2, {infinity, -infinity, nan, -nan, 1});
    EXPECT_EQ(moved[0], 2) << backend->name();
    EXPECT_EQ(moved[1], -2) << backend->name();
    EXPECT_TRUE(std::isnan(moved[2]) && std::isnan(moved[3])) << backend->name();
    EXPECT_EQ(moved[4], 1) << backend->name();
  }
}

TEST(ClipGradValue, ReportedGradientsAreNotClipped) {
  const NetworkSpec spec = clipped_by_value(3, 2, 1e-3);
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

TEST(ClipGradValueTwin, StepsMatchForManyValues) {
  const auto example = [] {
    const DenseSpec dense{drawn(1, 5), drawn(1, 5)};
    Example trained = layer_example("random", {{"dense", dense}}, {drawn(1, 5), dense.in_features});
    trained.spec.optimizer = SgdSpec{.lr = drawn_from(std::vector{1e-3, 1.0}), .momentum = 0.9};
    trained.spec.clipping = ClipGradValueSpec{drawn_from(std::vector{1e-6, 1e-2, 0.1, 0.5, 1.0, 1e3})};
    return trained;
  };
  expect_twins_agree_on_random(example, {.finite_differences = false});
}

TEST(ClipGradValue, RefusesAValueThatIsNotAboveZero) {
  const auto validated = [](double value) { return [=] { validate(clipped_by_value(1, 1, value)); }; };
  EXPECT_THAT(validated(0), throws<UsageError>("clip_value is 0", "above 0"));
  EXPECT_THAT(validated(-1), throws<UsageError>("clip_value is -1"));
  EXPECT_THAT(validated(std::numeric_limits<double>::infinity()), throws<UsageError>("clip_value is inf"));
}

}  // namespace
}  // namespace twin
