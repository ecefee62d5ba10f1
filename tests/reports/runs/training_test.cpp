#include "reports/runs/training.hpp"

#include <gmock/gmock.h>

#include "reports/backends.hpp"
#include "shared/data/batches.hpp"
#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

CatalogueEntry with_dropout() {
  return {"dropout",
          "",
          {{{"dropout", DropoutSpec{}}, {"dense", DenseSpec{2, 1}}},
           MseLossSpec{},
           SgdSpec{.lr = 0.1},
           UniformInitialiser{.bound = 1},
           {2}},
          "xor",
          1,
          0,
          1};
}

// Weights are set equal: what differs is what dropout keeps.
TEST(Configured, SeedsTheMasksToo) {
  const auto losses = [](Seed seed) {
    TrainingOptions options{.backends = backends(), .dtype = DType::float64, .seed = seed};
    CatalogueEntry entry = configured(with_dropout(), options);
    entry.seed = 1;
    std::vector<double> all;
    const OwnedBatch batch = random_batch(entry.spec, 64, DType::float64, 1);
    for (const std::unique_ptr<Network>& network : build_networks(entry, options))
      all.push_back(network->loss(batch.view()));
    return all;
  };
  const std::vector<double> one = losses(1), seven = losses(7);
  for (std::size_t side = 0; side < one.size(); ++side) EXPECT_NE(one[side], seven[side]);
  EXPECT_NEAR(seven[0], seven[1], 1e-14);
  EXPECT_EQ(one, losses(1));
}

// The outputs of a variational autoencoder hold more than what is compared with the targets.
TEST(DatasetFor, LooksAtTheTargetsOfTheLoss) {
  const auto entry_of = [](std::int64_t pixels) {
    return CatalogueEntry{"xor",
                          "",
                          {{{"code", DenseSpec{2, 4}},
                            {"bottleneck", VariationalBottleneckSpec{2, {{"dense", DenseSpec{2, pixels}}}}}},
                           NegativeElboLossSpec{.latent = 2},
                           SgdSpec{},
                           UniformInitialiser{}},
                          "xor",
                          1,
                          0,
                          1};
  };
  EXPECT_EQ(dataset_for(entry_of(1), {}).name, "xor");
  EXPECT_THROW_MESSAGE(dataset_for(entry_of(2), {}), UsageError,
                       "dataset xor (2 features, 1 targets) does not fit");
}

TEST(Configured, AScheduleLastsAsLongAsTheTraining) {
  const auto steps_of = [](const TrainingOptions& options) {
    const CatalogueEntry entry = configured(find_network("lenet"), options);
    return std::get<CosineWithWarmupSchedule>(*entry.spec.schedule).total_steps;
  };
  const std::int64_t steps = steps_of({});
  EXPECT_EQ(steps_of({.epochs = 10}), 2 * steps);
  EXPECT_EQ(steps_of({.epochs = 10, .batch_size = 16}), 8 * steps);
}

TEST(Configured, AnotherOptimiserStartsFromItsOwnDefaults) {
  const CatalogueEntry entry = configured(find_network("xor"), {.optimizer = "adam"});
  EXPECT_TRUE(entry.spec.optimizer == OptimizerSpec(AdamSpec{}));
  const CatalogueEntry faster = configured(find_network("xor"), {.optimizer = "adam", .lr = 0.5});
  EXPECT_TRUE(faster.spec.optimizer == OptimizerSpec(AdamSpec{.lr = 0.5}));
  EXPECT_THROW_MESSAGE(configured(find_network("xor"), {.optimizer = "adam", .momentum = 0.5}), UsageError,
                       "no momentum");
}

}  // namespace
}  // namespace twin::reports
