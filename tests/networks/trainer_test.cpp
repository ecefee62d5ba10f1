// The trainer, on networks of either side.
#include "shared/train/trainer.hpp"

#include <gmock/gmock.h>

#include "shared/data/batches.hpp"
#include "shared/seeds/initialise.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

constexpr std::int64_t kRows = 4, kSteps = 3;  // of a batch, of a sequence
constexpr Seed kSeed = 1;

// A recurrent network that goes on where the batch before ended.
NetworkSpec carrying() {
  NetworkSpec spec{{{"lstm", LstmSpec{.input_size = 2, .hidden_size = 3, .carry_state = true}}},
                   MseLossSpec{},
                   SgdSpec{.lr = 0.5},
                   UniformInitialiser{}};
  spec.input = {kSteps, 2};
  return spec;
}

Dataset sequences(std::int64_t samples) {
  const OwnedBatch drawn = random_batch(carrying(), samples, DType::float64, kSeed);
  const Split split{drawn.inputs, drawn.targets};
  return {"sequences", split, split, {}};
}

class Trainer : public testing::TestWithParam<const Backend*> {
 protected:
  static std::unique_ptr<Network> fresh() {
    return loaded(*GetParam(), carrying(), initial_parameters(carrying(), DType::float64, kSeed));
  }

  // The weights after two epochs.
  static NamedTensors trained(const Dataset& dataset) {
    const std::unique_ptr<Network> network = fresh();
    const std::vector<Trainee> trainees{{std::string(GetParam()->name()), *network}};
    train(dataset, trainees, {.epochs = 2, .batch_size = kRows, .dtype = DType::float64, .seed = kSeed},
          [](const EpochResult&) {});
    return network->parameters();
  }

  // The same by hand: `reset` says where states are forgotten.
  static NamedTensors trained_by_hand(
      const Dataset& dataset, const std::function<bool(std::int64_t batch, std::int64_t rows)>& reset) {
    const std::unique_ptr<Network> network = fresh();
    BatchStream batches(dataset.train, DType::float64, kRows, kSeed);
    for (const std::int64_t epoch : {1, 2}) {
      batches.begin_epoch(epoch);
      for (std::int64_t b = 0; b < batches.batches_per_epoch(); ++b) {
        const Batch& batch = batches.next();
        if (reset(b, batch.inputs.rows())) network->reset_state();
        network->train_step(batch);
      }
    }
    return network->parameters();
  }
};
INSTANTIATE_TEST_SUITE_P(Twins, Trainer, testing::ValuesIn(backends()), backend_name);

TEST_P(Trainer, ForgetsCarriedStatesBeforeEachEpoch) {
  const Dataset dataset = sequences(2 * kRows);
  const auto before_an_epoch = [](std::int64_t batch, std::int64_t) { return batch == 0; };
  const auto never = [](std::int64_t, std::int64_t) { return false; };
  const auto always = [](std::int64_t, std::int64_t) { return true; };
  const NamedTensors weights = trained(dataset);
  EXPECT_EQ(largest_relative_gap(weights, trained_by_hand(dataset, before_an_epoch)), 0);
  EXPECT_GT(largest_relative_gap(weights, trained_by_hand(dataset, never)), 1e-6);
  EXPECT_GT(largest_relative_gap(weights, trained_by_hand(dataset, always)), 1e-6);
}

TEST_P(Trainer, ForgetsCarriedStatesBeforeAShorterBatch) {
  const Dataset dataset = sequences(2 * kRows + 3);
  const auto where_rows_change = [](std::int64_t batch, std::int64_t rows) {
    return batch == 0 || rows != kRows;
  };
  EXPECT_EQ(largest_relative_gap(trained(dataset), trained_by_hand(dataset, where_rows_change)), 0);
}

}  // namespace
}  // namespace twin
