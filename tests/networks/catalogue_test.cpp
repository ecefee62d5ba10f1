// The networks of the catalogue, with their own weights, data and hyperparameters.
#include "shared/catalogue.hpp"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>

#include "shared/compare/tolerances.hpp"
#include "shared/data/dataset.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/tensors/one_ulp_away.hpp"
#include "shared/train/trainer.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

constexpr std::int64_t kFewRows = 8;  // few, for differences on pictures take a forward pass for each entry

// Enough that the catalogue's learning rate keeps its training smooth: at 8 rows it is chaotic.
constexpr std::int64_t kFreeRunRows = 32;

// How much a network is asked. The derivation of bounds, a scalar of several numbers for each one, and the
// free run take a large network a thousand times as long as a small one, and it has a thousand times as many
// gradients to be wrong in: fewer seeds and steps see as much.
struct Effort {
  Seed seeds, seeds_by_differences;
  std::int64_t locked_steps, free_steps;
};

bool is_small(const NetworkSpec& spec) { return parameter_count(spec) < 1000; }

Effort effort_for(const NetworkSpec& spec) {
  return is_small(spec) ? Effort{20, 20, 1000, 1000} : Effort{5, 1, 10, 200};
}

std::string entry_name(const testing::TestParamInfo<CatalogueEntry>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<CatalogueEntry> entries_that_are(bool large) {
  std::vector<CatalogueEntry> entries = catalogue();
  std::erase_if(entries, [&](const CatalogueEntry& entry) { return is_large(entry.spec) != large; });
  return entries;
}

class CatalogueTwin : public testing::TestWithParam<CatalogueEntry> {};
INSTANTIATE_TEST_SUITE_P(Network, CatalogueTwin, testing::ValuesIn(entries_that_are(false)), entry_name);

class LargeTwin : public testing::TestWithParam<CatalogueEntry> {};
INSTANTIATE_TEST_SUITE_P(Network, LargeTwin, testing::ValuesIn(entries_that_are(true)), entry_name);

// Autograd's own gradients at weights one unit in the last place away are the yardstick, and for tensors
// whose gradient is 0 but for rounding (the bias of a key projection) the largest gradient of the network.
TEST_P(LargeTwin, GradientsAreAsNearAsThoseOfNeighbours) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const CatalogueEntry& entry = GetParam();
  constexpr std::int64_t kRows = 4;
  const RandomCase data = catalogue_case(entry, kRows, entry.seed, 1);
  for (const DType dtype : {DType::float64, DType::float32}) {
    const OwnedBatch batch = data.batches[0].as(dtype);
    const auto gradients = [&](const Backend& backend, const NamedTensors& parameters) {
      return loaded(backend, entry.spec, parameters, dtype)->gradients(batch.view());
    };
    const Gradients manual = gradients(twins().manual, data.parameters),
                    autograd = gradients(*twins().autograd, data.parameters),
                    neighbour = gradients(*twins().autograd, one_ulp_away(data.parameters.as(dtype)));
    const NamedTensors ours = manual.all(), theirs = autograd.all(), near = neighbour.all();
    double largest = 0;
    for (const Tensor& tensor : theirs) largest = std::max(largest, difference(tensor, tensor).scale);
    ASSERT_GT(largest, 0);
    for (const Tensor& tensor : theirs)
      EXPECT_LE(difference(ours.at(tensor.name()), tensor).max_abs,
                tolerance::kDriftRatio * difference(near.at(tensor.name()), tensor).max_abs +
                    tolerance::kGateRoundings * unit_roundoff(dtype) * largest)
          << to_string(dtype) << ", " << tensor.name();
    EXPECT_NEAR(manual.loss, autograd.loss,
                tolerance::kGateRoundings * unit_roundoff(dtype) * std::abs(autograd.loss));
  }
}

TEST_P(CatalogueTwin, GradientsMatchForManySeeds) {
  const CatalogueEntry& entry = GetParam();
  const Effort effort = effort_for(entry.spec);
  for (Seed seed = 1; seed <= effort.seeds; ++seed)
    expect_twins_agree(entry.spec, catalogue_case(entry, kFewRows, seed),
                       {.finite_differences = seed <= effort.seeds_by_differences, .seed = seed});
}

TEST_P(CatalogueTwin, LockedStepsMatch) {
  const CatalogueEntry& entry = GetParam();
  const Effort effort = effort_for(entry.spec);
  const RandomCase data = catalogue_case(entry, kFewRows, entry.seed, 20);
  expect_twins_agree(entry.spec, data, {.steps = effort.locked_steps, .finite_differences = false});
}

TEST_P(CatalogueTwin, StayTogetherInAFreeRun) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const CatalogueEntry& entry = GetParam();
  const std::int64_t steps = effort_for(entry.spec).free_steps;
  const RandomCase data = catalogue_case(entry, kFreeRunRows, entry.seed, static_cast<std::size_t>(steps));
  for (const DType dtype : {DType::float64, DType::float32}) {
    // Adam moves a weight by its whole rate however small the gradient is: in float32, where rounding decides
    // the sign of the smallest, neighbours part after some ten steps.
    const bool parts_soon = dtype == DType::float32 && !std::holds_alternative<SgdSpec>(entry.spec.optimizer);
    const double gap = expect_twins_stay_together(
        entry.spec, data, dtype,
        parts_soon ? std::vector<std::int64_t>{1, 10} : std::vector<std::int64_t>{1, 10, steps});
    if (dtype == DType::float64 && is_small(entry.spec)) {
      EXPECT_LE(gap, tolerance::kSmallNetworkDrift);
    }
  }
}

TEST(XorTwin, StayTogetherForTenThousandFreeSteps) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const CatalogueEntry& entry = find_network("xor");
  const RandomCase data = catalogue_case(entry, 4, entry.seed);
  EXPECT_LE(expect_twins_stay_together(entry.spec, data, DType::float64, {10000}), tolerance::kXorDrift);
}

// ---- What they learn

struct Learnt {
  EpochResult last;
  bool ever_perfect = false;    // when somebody looked
  std::vector<double> outputs;  // for the test inputs
};

Learnt learn(const Backend& backend, const CatalogueEntry& entry, const std::string& dataset_name,
             TrainOptions options) {
  const Dataset dataset = load_dataset(dataset_name);
  const std::unique_ptr<Network> network =
      loaded(backend, entry.spec, initial_parameters(entry.spec, DType::float64, options.seed));
  const std::vector<Trainee> trainees{{std::string(backend.name()), *network}};
  options.batch_size = entry.batch_size;
  options.dtype = DType::float64;
  Learnt result;
  train(dataset, trainees, options, [&](const EpochResult& epoch) {
    result.last = epoch;
    result.ever_perfect = result.ever_perfect || (!epoch.accuracy.empty() && epoch.accuracy[0] == 1);
  });
  result.outputs = network->predict(dataset.test.inputs.view()).to_doubles();
  return result;
}

// xor has learnt its table long before the catalogue's 10,000 epochs are over: from its own seed in 500.
constexpr std::int64_t kXorEpochs = 2000;

class Learning : public testing::TestWithParam<const Backend*> {};
INSTANTIATE_TEST_SUITE_P(Twins, Learning, testing::ValuesIn(backends()), backend_name);

TEST_P(Learning, XorIsLearntAtItsOwnSeed) {
  const CatalogueEntry& entry = find_network("xor");
  const Learnt learnt =
      learn(*GetParam(), entry, "xor", {.epochs = kXorEpochs, .eval_every = kXorEpochs, .seed = entry.seed});
  EXPECT_EQ(learnt.last.accuracy[0], 1);
  EXPECT_LT(learnt.last.loss[0], 1e-2);
}

TEST_P(Learning, OnePerceptronLearnsOr) {
  const CatalogueEntry& entry = find_network("perceptron");
  const Learnt learnt = learn(*GetParam(), entry, "or", {.epochs = entry.epochs, .seed = entry.seed});
  EXPECT_EQ(learnt.last.accuracy[0], 1);
  EXPECT_LT(learnt.last.loss[0], 1e-2);
}

// No line parts the truth table of xor (Minsky and Papert 1969): the best that one neuron can do under MSE is
// to say 1/2 to everything.
TEST_P(Learning, OnePerceptronCannotLearnXor) {
  const CatalogueEntry& entry = find_network("perceptron");
  for (Seed seed = 1; seed <= 5; ++seed) {
    const Learnt learnt = learn(*GetParam(), entry, "xor", {.epochs = entry.epochs, .seed = seed});
    EXPECT_FALSE(learnt.ever_perfect);
    EXPECT_THAT(learnt.outputs, testing::Each(testing::DoubleNear(0.5, 0.01)));
    EXPECT_NEAR(learnt.last.loss[0], 0.25, 1e-3);
  }
}

TEST(XorManual, IsLearntFromMostSeeds) {
  int learnt = 0;
  for (Seed seed = 1; seed <= 20; ++seed)
    learnt += learn(twins().manual, find_network("xor"), "xor",
                    {.epochs = kXorEpochs, .eval_every = kXorEpochs, .seed = seed})
                  .last.accuracy[0] == 1;
  EXPECT_GE(learnt, 15);  // 20 of 20 did
}

}  // namespace
}  // namespace twin
