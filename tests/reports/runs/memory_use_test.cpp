#include "reports/runs/memory_use.hpp"

#include <gtest/gtest.h>

#include "reports/backends.hpp"
#include "shared/networks/mlp.hpp"
#include "shared/stems.hpp"

namespace twin::reports {
namespace {

TEST(NeededMemory, CountsParametersGradientsAndWhatTheWayBackAsksFor) {
  const NeededMemory needed =
      needed_memory(mlp({2, 4, 1}, MseLossSpec{}, SgdSpec{}, UniformInitialiser{}), 3, DType::float64);
  EXPECT_EQ(needed.parameters, 8 * (2 * 4 + 4 + 4 + 1));
  EXPECT_EQ(needed.gradients, needed.parameters);
  EXPECT_EQ(needed.optimizer_state, 0);
  EXPECT_EQ(needed.activations, 8 * 3 * (4 + 1));  // the two sigmoids; the batch is not ours
  EXPECT_EQ(needed.total(), 2 * needed.parameters + needed.activations);
}

TEST(NeededMemory, CountsTheOptimisersStateLogitsAndTheDType) {
  const SgdSpec momentum{.lr = 0.1, .momentum = 0.9};
  const NeededMemory needed = needed_memory(
      mlp({5, 7, 3}, CrossEntropyLossSpec{}, momentum, UniformInitialiser{}), 2, DType::float32);
  EXPECT_EQ(needed.optimizer_state, 4 * (5 * 7 + 7 + 7 * 3 + 3));
  EXPECT_EQ(needed.activations, 4 * 2 * (7 + 3));  // sigmoid, and the logits
}

TEST(NeededMemory, CountsTheInputOfADenseLayerBehindAnother) {
  const NetworkSpec spec{{{"a", DenseSpec{2, 3}}, {"b", DenseSpec{3, 5}}, {"b_sigmoid", SigmoidSpec{}}},
                         MseLossSpec{},
                         SgdSpec{},
                         UniformInitialiser{}};
  EXPECT_EQ(needed_memory(spec, 1, DType::float32).activations, 4 * (3 + 5));
}

// Whatever layers there will be: their values are counted in the shapes that they say.
TEST(NeededMemory, OfEveryExampleCountsItsShapes) {
  for (const Stem& stem : stems())
    for (const Example& example : stem.examples) {
      const std::int64_t batch = example.input.at(0);
      const NeededMemory one = needed_memory(example.spec, batch, DType::float32);
      const NeededMemory two = needed_memory(example.spec, 2 * batch, DType::float32);
      EXPECT_EQ(one.parameters, 4 * parameter_count(example.spec)) << name_of(stem, example);
      EXPECT_EQ(two.activations, 2 * one.activations) << name_of(stem, example);
      if (!example.spec.layers.empty()) {
        EXPECT_GT(one.activations, 0) << name_of(stem, example);
      }
    }
}

TEST(MemoryUse, OfABlockIsItsSize) {
  constexpr std::int64_t kBytes = 64 << 20;
  const MemoryUse use = memory_of_block(kBytes);
  EXPECT_NEAR(static_cast<double>(use.peak), kBytes, 1 << 20);
  EXPECT_NEAR(static_cast<double>(use.held), kBytes, 1 << 20);
}

TEST(MemoryUse, IsAtLeastWhatMustBeKeptAndNotManyTimesThat) {
  const bench::Subject subject = bench::width_grid({1024}, {64}).front();
  const NeededMemory needed = needed_memory(subject.spec, subject.batch, DType::float32);
  constexpr std::int64_t kSlack = 256 << 10;  // pages that the allocator still held
  for (const Backend* backend : backends()) {
    memory_of_training(*backend, subject, DType::float32);  // the BLAS makes its buffers
    const MemoryUse use = memory_of_training(*backend, subject, DType::float32);
    EXPECT_GT(use.peak, needed.total() - kSlack) << backend->name();
    EXPECT_LT(use.peak, 3 * needed.total()) << backend->name();
    EXPECT_GT(use.built, needed.parameters - kSlack) << backend->name();
    EXPECT_GT(use.held, needed.parameters + needed.gradients - kSlack) << backend->name();
    EXPECT_LE(use.held, use.peak) << backend->name();
  }
}

}  // namespace
}  // namespace twin::reports
