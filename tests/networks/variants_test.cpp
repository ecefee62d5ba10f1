// Every side that computes a stem computes what autograd does, and what a side lacks it says: otherwise the
// times of benchmarks say nothing.
#include <chrono>
#include <gmock/gmock.h>
#include <numeric>

#include "manual/backend.hpp"
#include "shared/errors.hpp"
#include "shared/networks/mlp.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/twins.hpp"
#ifdef TWINGRAD_AUTOGRAD
#include "autograd/backend.hpp"
#endif

namespace twin {
namespace {

// Beside the two twins.
std::vector<const Backend*> variants() {
  std::vector<const Backend*> all{&manual::eigen_backend(), &manual::fixed_backend()};
#ifdef TWINGRAD_AUTOGRAD
  all.push_back(&autograd::control_backend());
  all.push_back(&autograd::tuned_backend());
#endif
  return all;
}

// Either the side computes `spec` as autograd does (as manual, in a build without it), or it says what it
// lacks and refuses. Returns whether it computes it.
bool expect_computed_or_refused(const Backend& side, const NetworkSpec& spec, const RandomCase& data) {
  SCOPED_TRACE(side.name());
  if (const std::string missing = side.lacks(spec); !missing.empty()) {
    EXPECT_THROW_MESSAGE(side.build(spec, DType::float64, Device::cpu), UsageError, missing);
    return false;
  }
  const Twins pair{side, backends().back(), twins().errors};
  EXPECT_EQ(failures_of(check_equivalence(pair, spec, data.parameters, data.batches,
                                          {.finite_differences = false, .repeats = false})),
            "");
  return true;
}

class EverySide : public testing::TestWithParam<Stem> {};
INSTANTIATE_TEST_SUITE_P(Stems, EverySide, testing::ValuesIn(stems()),
                         [](const auto& info) { return info.param.kind + "_" + info.param.name; });

TEST_P(EverySide, ComputesTheExamplesOrSaysWhatItLacks) {
  for (const Example& example : GetParam().examples) {
    SCOPED_TRACE(example.name);
    const RandomCase data = example_case(example, 1);
    for (const Backend* side : variants()) expect_computed_or_refused(*side, example.spec, data);
  }
}

// That of either twin lacks nothing: stems_test.cpp holds them against each other.
TEST(EitherTwin, LacksNoExample) {
  for (const Stem& stem : stems())
    for (const Example& example : stem.examples)
      for (const Backend* backend : backends()) EXPECT_EQ(backend->lacks(example.spec), "") << example.name;
}

TEST(Variants, ComputeMultilayerPerceptrons) {
  for (Seed seed = 1; seed <= 8; ++seed) {
    const RandomNetwork random = random_mlp(seed);
    for (const Backend* variant : variants()) {
      const bool has_momentum = !state_names(random.spec.optimizer).empty();
      const bool lacking = variant->name() == "fixed" || (variant->name() == "tuned" && has_momentum);
      EXPECT_EQ(expect_computed_or_refused(*variant, random.spec, random.data), !lacking) << variant->name();
    }
  }
}

// Without being set equal before each step, as check_equivalence() does.
TEST(Variants, TrainAsTheTwinsDo) {
  const RandomNetwork random = random_mlp(3);
  for (const Backend* variant : variants()) {
    if (!variant->lacks(random.spec).empty()) continue;
    const auto actual = loaded(*variant, random.spec, random.data.parameters),
               expected = loaded(twins().manual, random.spec, random.data.parameters);
    for (const OwnedBatch& batch : random.data.batches) {
      actual->train_step(batch.view());
      expected->train_step(batch.view());
    }
    actual->train_steps(random.data.batches[0].view(), 5);
    expected->train_steps(random.data.batches[0].view(), 5);
    constexpr double kGap = 1e-12;  // the order of sums differs, and nothing else
    EXPECT_LE(largest_relative_gap(actual->parameters(), expected->parameters()), kGap) << variant->name();
    EXPECT_LE(largest_relative_gap(actual->optimizer_state(), expected->optimizer_state()), kGap)
        << variant->name();
    EXPECT_EQ(actual->steps_done(), expected->steps_done()) << variant->name();
  }
}

TEST(Variants, TrainStepsAreTrainStepAgainAndAgain) {
  const RandomNetwork random = random_mlp(3);
  for (const Backend* backend : backends()) {
    const auto one = loaded(*backend, random.spec, random.data.parameters),
               many = loaded(*backend, random.spec, random.data.parameters);
    const Batch batch = random.data.batches[0].view();
    double loss = 0;
    for (int i = 0; i < 7; ++i) loss = one->train_step(batch);
    EXPECT_EQ(many->train_steps(batch, 7), loss) << backend->name();
    EXPECT_EQ(largest_relative_gap(one->parameters(), many->parameters()), 0) << backend->name();
  }
}

// The parts of a step are what it consists of. A machine that is busy may be held up between the two clocks:
// that does not happen every time.
TEST(Variants, PartsOfAStepAddUpToIt) {
  constexpr int kAttempts = 10;
  const NetworkSpec spec = mlp({31, 31, 31, 7}, MseLossSpec{}, SgdSpec{.lr = 1e-3}, UniformInitialiser{});
  const RandomCase data = random_case(spec, 19, 31, 1);
  std::vector<const Backend*> sides = backends();
  for (const Backend* variant : variants())
    if (variant->lacks(spec).empty()) sides.push_back(variant);
  for (const Backend* side : sides) {
    const auto network = loaded(*side, spec, data.parameters);
    network->time_steps(data.batches[0].view(), 5);
    double largest_share = 0;
    for (int attempt = 0; attempt < kAttempts && largest_share < 0.5; ++attempt) {
      const auto start = std::chrono::steady_clock::now();
      const StepTimes times = network->time_steps(data.batches[0].view(), 200);
      const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
      for (const double seconds : times) EXPECT_GT(seconds, 0) << side->name();
      const double sum = std::accumulate(times.begin(), times.end(), 0.0);
      EXPECT_LE(sum, wall.count()) << side->name();
      largest_share = std::max(largest_share, sum / wall.count());
    }
    EXPECT_GT(largest_share, 0.5) << side->name();
  }
}

TEST(FixedSizes, ComputeXor) {
  NetworkSpec spec = find_network("xor").spec;
  for (const double momentum : {0.0, 0.9}) {
    std::get<SgdSpec>(spec.optimizer).momentum = momentum;
    for (Seed seed = 1; seed <= 5; ++seed)
      EXPECT_TRUE(expect_computed_or_refused(manual::fixed_backend(), spec, random_case(spec, 4, 2, seed)));
  }
}

TEST(FixedSizes, SayWhatTheyLack) {
  const Backend& fixed = manual::fixed_backend();
  EXPECT_THAT(fixed.lacks(find_network("perceptron").spec), testing::HasSubstr("2-4-1"));
  NetworkSpec spec = find_network("xor").spec;
  spec.optimizer = AdamSpec{};
  EXPECT_EQ(fixed.lacks(spec), "the optimiser adam");
  spec.optimizer = SgdSpec{.lr = 0.1, .weight_decay = 0.1};
  EXPECT_EQ(fixed.lacks(spec), "the optimiser sgd with dampening, weight decay or Nesterov's step");
  spec = find_network("xor").spec;
  spec.loss = L1LossSpec{};
  EXPECT_EQ(fixed.lacks(spec), "the loss l1");
  EXPECT_THROW_MESSAGE(fixed.build(spec, DType::float32, Device::cpu), UsageError, "lacks the loss l1");

  spec = find_network("xor").spec;
  const auto network = fixed.build(spec, DType::float64, Device::cpu);
  EXPECT_THROW_MESSAGE(network->train_step(random_case(spec, 3, 2, 1).batches[0].view()), ShapeError,
                       "expected 4×2, got 3×2");
}

#ifdef TWINGRAD_AUTOGRAD
TEST(Control, LacksNothingOfTheStemsThatItHas) {
  for (const char* stem : {"dense", "relu", "tanh", "sigmoid", "flatten", "mse", "l1", "cross_entropy",
                           "bce_with_logits", "sgd"})
    for (const Example& example : find_stem(stem)->examples)
      if (!counts_steps(example.spec.optimizer)) {
        EXPECT_EQ(autograd::control_backend().lacks(example.spec), "") << name_of(*find_stem(stem), example);
      }
}

TEST(Tuned, SaysWhatItsUpdateLacks) {
  NetworkSpec spec = find_network("xor").spec;
  EXPECT_EQ(autograd::tuned_backend().lacks(spec), "");
  spec.optimizer = SgdSpec{.lr = 0.1, .momentum = 0.9};
  EXPECT_EQ(autograd::tuned_backend().lacks(spec), "the optimiser sgd with momentum");
  spec.optimizer = SgdSpec{.lr = 0.1, .weight_decay = 0.1};
  EXPECT_EQ(autograd::tuned_backend().lacks(spec), "the optimiser sgd with weight decay");
}

TEST(Control, SaysThatItCountsNoSteps) {
  NetworkSpec spec = find_network("xor").spec;
  spec.optimizer = SgdSpec{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true};
  EXPECT_EQ(autograd::control_backend().lacks(spec), "");
  spec.optimizer = SgdSpec{.lr = 0.1, .momentum = 0.9, .dampening = 0.5};
  EXPECT_EQ(autograd::control_backend().lacks(spec), "the optimiser sgd where it counts its steps");
}
#endif

}  // namespace
}  // namespace twin
