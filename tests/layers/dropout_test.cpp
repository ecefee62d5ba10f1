#include "manual/layers/dropout.hpp"

#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::ElementsAre;

NetworkSpec dropout(double p, Seed mask_seed = 1) {
  NetworkSpec spec = layer_alone({"dropout", DropoutSpec{p}});
  spec.mask_seed = mask_seed;
  return spec;
}

// Of ones, and under an upstream gradient of ones: the gradient by the input is the mask itself.
std::vector<double> mask_of(const Backend& backend, const NetworkSpec& spec, std::int64_t step,
                            const Shape& shape) {
  const std::unique_ptr<Network> network = loaded(backend, spec, {});
  network->set_steps_done(step);
  const std::vector<double> ones(static_cast<std::size_t>(element_count(shape)), 1.0);
  const OwnedBatch batch{Tensor("inputs", shape, ones), Tensor("targets", shape, ones)};
  return network->gradients(batch.view()).input->to_doubles();
}

// The numbers of a seed never change: networks that are trained again must be the same.
TEST(DropoutMask, IsTheSameForEver) {
  const DropoutMask mask(DropoutSpec{0.5}, "block.dropout", 7, 3);
  std::vector<bool> kept;
  for (std::uint64_t i = 0; i < 16; ++i) kept.push_back(mask.keeps(i));
  EXPECT_THAT(kept, ElementsAre(false, true, false, false, true, false, true, false, true, true, true, true,
                                true, true, false, true));
}

TEST(DropoutMask, KeepsAsManyAsItSays) {
  constexpr int kElements = 100000;
  for (const double p : {0.0, 0.1, 0.5, 0.9}) {
    const DropoutMask mask(DropoutSpec{p}, "dropout", 1, 0);
    double kept = 0;
    for (std::uint64_t i = 0; i < kElements; ++i) kept += mask.keeps(i);
    // Five standard deviations.
    EXPECT_NEAR(kept / kElements, 1 - p, 5 * std::sqrt(p * (1 - p) / kElements)) << p;
  }
}

TEST(Dropout, MaskIsTheSameOnBothSidesAndEachTime) {
  for (const double p : {0.1, 0.5, 0.75})
    for (const std::int64_t step : {0, 1, 1000}) {
      const std::vector<double> expected = mask_of(twins().manual, dropout(p), step, {5, 7});
      EXPECT_THAT(expected, Each(AnyOf(0, 1 / (1 - p))));
      for (const Backend* backend : backends())
        for (int time = 0; time < 2; ++time)
          EXPECT_EQ(mask_of(*backend, dropout(p), step, {5, 7}), expected) << backend->name();
    }
}

TEST(Dropout, MaskIsAnotherInEachStepAndLayerAndForEachSeed) {
  const Shape shape{8, 8};
  NetworkSpec named = dropout(0.5);
  named.layers[0].name = "another";
  const std::vector<double> mask = mask_of(twins().manual, dropout(0.5), 0, shape);
  EXPECT_NE(mask_of(twins().manual, dropout(0.5), 1, shape), mask);
  EXPECT_NE(mask_of(twins().manual, dropout(0.5, 2), 0, shape), mask);
  EXPECT_NE(mask_of(twins().manual, named, 0, shape), mask);
}

TEST(Dropout, TrainingStepsDrawAnewAndGradientsDoNot) {
  for (const Backend* backend : backends()) {
    const NetworkSpec spec = dropout(0.5);
    const std::unique_ptr<Network> network = loaded(*backend, spec, {});
    const RandomCase data = random_case(spec, 5, 7, 1, 1);
    const Batch batch = data.batches[0].view();
    const double first = network->loss(batch);
    EXPECT_EQ(network->gradients(batch).loss, first);
    EXPECT_EQ(network->train_step(batch), first);
    EXPECT_NE(network->train_step(batch), first) << backend->name();
  }
}

TEST(Dropout, EvaluationPassesValuesThrough) {
  for (const Backend* backend : backends()) {
    const NetworkSpec spec = dropout(0.9);
    const Tensor inputs = random_case(spec, 5, 7, 1, 1).batches[0].inputs;
    const std::unique_ptr<Network> network = loaded(*backend, spec, {});
    EXPECT_EQ(network->predict(inputs.view()).to_doubles(), inputs.to_doubles()) << backend->name();
  }
}

TEST(Dropout, EvaluationPassesGradientsThrough) {
  manual::Dropout<double> layer(DropoutSpec{0.9}, {"dropout"});
  const manual::Matrix<double> x = manual::Matrix<double>::Random(5, 7);
  const manual::Activation<double> values(x, manual::Extents(5, 7));
  EXPECT_EQ(layer.forward(values, {.mode = Mode::evaluation}).data(), x.data());
  EXPECT_EQ(layer.backward(values).data(), x.data());
  layer.forward(values, {});
  EXPECT_NE(layer.backward(values).data(), x.data());
}

TEST(DropoutTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    const double p = static_cast<double>(drawn(0, 99)) / 100;
    Example example = layer_example("random", {{"dropout", DropoutSpec{p}}}, {drawn(1, 11), drawn(1, 11)});
    example.spec.mask_seed = drawn_seed();
    return example;
  });
}

TEST(Dropout, RefusesAProbabilityThatIsNone) {
  for (const double p : {-0.1, 1.0, 1.5, std::nan("")})
    EXPECT_THROW_MESSAGE(validate(dropout(p)), LayerError, "dropout: p is " + fmt::format("{}", p),
                         "at least 0 and below 1");
}

TEST(Dropout, NamesTheShapeItExpected) {
  manual::Dropout<double> layer(DropoutSpec{}, {"dropout"});
  const manual::Matrix<double> x = manual::Matrix<double>::Ones(2, 3);
  layer.forward({x, manual::Extents(2, 3)}, {});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(3, 2)}), ShapeError, "expected 2×3, got 3×2");
}

}  // namespace
}  // namespace twin
