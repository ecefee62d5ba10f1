// The variants that benchmarks hold against the two twins compute the same: otherwise their times say
// nothing.
#include <gmock/gmock.h>

#include "manual/backend.hpp"
#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/twins.hpp"
#ifdef TWINGRAD_AUTOGRAD
#include "autograd/backend.hpp"
#endif

namespace twin {
namespace {

std::vector<const Backend*> variants() {
  std::vector<const Backend*> all{&manual::eigen_backend()};
#ifdef TWINGRAD_AUTOGRAD
  all.push_back(&autograd::control_backend());
  all.push_back(&autograd::tuned_backend());
#endif
  return all;
}

// The largest gap of any parameter, relative to the largest value of its tensor.
double gap(const NamedTensors& a, const NamedTensors& b) {
  double largest = 0;
  for (const Tensor& tensor : a)
    largest = std::max(largest, difference(tensor, b.at(tensor.name())).max_rel());
  return largest;
}

constexpr double kGap = 1e-12;  // float64: the order of sums differs, and nothing else

void expect_same(const Backend& variant, const NetworkSpec& spec, const RandomCase& data) {
  const auto expected = loaded(twins().manual, spec, data.parameters),
             actual = loaded(variant, spec, data.parameters);
  const Batch batch = data.batches[0].view();
  const Gradients right = expected->gradients(batch), mine = actual->gradients(batch);
  EXPECT_NEAR(mine.loss, right.loss, kGap * std::abs(right.loss)) << variant.name();
  EXPECT_LE(gap(mine.parameters, right.parameters), kGap) << variant.name();
  EXPECT_LE(difference(mine.input.value(), right.input.value()).max_rel(), kGap) << variant.name();
  for (const OwnedBatch& each : data.batches)
    EXPECT_NEAR(actual->train_step(each.view()), expected->train_step(each.view()), kGap) << variant.name();
  EXPECT_NEAR(actual->train_steps(batch, 5), expected->train_steps(batch, 5), kGap) << variant.name();
  const StepTimes times = actual->time_steps(batch, 4);
  expected->time_steps(batch, 4);
  for (const double seconds : times) EXPECT_GE(seconds, 0) << variant.name();
  EXPECT_LE(gap(actual->parameters(), expected->parameters()), kGap) << variant.name();
}

TEST(Variants, ComputeWhatTheTwinsDo) {
  for (Seed seed = 1; seed <= 8; ++seed) {
    const RandomNetwork random = random_mlp(seed);
    for (const Backend* variant : variants()) {
      const bool lacks_momentum = variant->name() == "tuned" && !state_names(random.spec.optimizer).empty();
      EXPECT_EQ(variant->lacks(random.spec).empty(), !lacks_momentum) << variant->name();
      if (lacks_momentum) {
        EXPECT_THROW(variant->build(random.spec, DType::float64, Device::cpu), UsageError);
        continue;
      }
      expect_same(*variant, random.spec, random.data);
    }
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
    EXPECT_EQ(gap(one->parameters(), many->parameters()), 0) << backend->name();
  }
}

TEST(FixedSizes, ComputeWhatTheTwinsDo) {
  NetworkSpec spec = find_network("xor").spec;
  for (const double momentum : {0.0, 0.9}) {
    std::get<SgdSpec>(spec.optimizer).momentum = momentum;
    for (Seed seed = 1; seed <= 5; ++seed)
      expect_same(manual::fixed_backend(), spec, random_case(spec, 4, 2, seed));
  }
}

TEST(FixedSizes, RefuseOthers) {
  const NetworkSpec spec = find_network("xor").spec;
  EXPECT_THROW_MESSAGE(
      manual::fixed_backend().build(find_network("perceptron").spec, DType::float32, Device::cpu), UsageError,
      "2-4-1");
  const auto network = manual::fixed_backend().build(spec, DType::float64, Device::cpu);
  EXPECT_THROW_MESSAGE(network->train_step(random_case(spec, 3, 2, 1).batches[0].view()), ShapeError,
                       "expected 4×2, got 3×2");
}

}  // namespace
}  // namespace twin
