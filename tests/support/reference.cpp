#include "tests/support/reference.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <vector>

#include "tests/support/twins.hpp"

namespace twin {
namespace {

// Of the largest element of a tensor, or of a rate. (Seen: 6e-15, and 1.3e-14 of a rate.)
constexpr double kGap = 1e-13;

struct OptimiserNumbers {
  const char* case_name;
  std::int64_t step;
  const char* tensor;
  double values[6];  // a bias has two
};

const std::vector<OptimiserNumbers>& optimiser_numbers() {
  static const std::vector<OptimiserNumbers> all{
#include "tests/reference/optimisers.inc"
  };
  return all;
}

struct ScheduleNumbers {
  const char* case_name;
  std::vector<double> factors;
};

const std::vector<ScheduleNumbers>& schedule_numbers() {
  static const std::vector<ScheduleNumbers> all{
#include "tests/reference/schedules.inc"
  };
  return all;
}

// The problem of tests/reference/optimisers.py.
NamedTensors reference_parameters() {
  std::vector<double> weight;
  for (int k = 0; k < 6; ++k) weight.push_back(k / 8.0 - 0.25);
  NamedTensors all;
  all.add({"dense.weight", {2, 3}, weight});
  all.add({"dense.bias", {2}, std::vector<double>{0.5, -0.75}});
  return all;
}

OwnedBatch reference_batch(int step) {
  std::vector<double> inputs, targets;
  for (int i = 0; i < 3; ++i) inputs.push_back(((7 * step + 3 * i) % 17 - 8) / 8.0);
  for (int o = 0; o < 2; ++o) targets.push_back(((5 * step + 4 * o) % 11 - 5) / 4.0);
  return {Tensor("inputs", {1, 3}, inputs), Tensor("targets", {1, 2}, targets)};
}

void expect_numbers(const OptimiserNumbers& expected, const Network& network, const char* side) {
  const std::string name = expected.tensor;
  const NamedTensors parameters = network.parameters(), state = network.optimizer_state();
  const std::vector<double> actual =
      parameters.contains(name) ? parameters.at(name).to_doubles() : state.at(name).to_doubles();
  double largest = 0;
  for (std::size_t k = 0; k < actual.size(); ++k) largest = std::max(largest, std::abs(expected.values[k]));
  for (std::size_t k = 0; k < actual.size(); ++k)
    EXPECT_NEAR(actual[k], expected.values[k], kGap * largest)
        << side << ", " << expected.case_name << ", " << name << "[" << k << "] after " << expected.step
        << " steps";
}

double rate_in(const Backend& backend, const NetworkSpec& spec, std::int64_t step) {
  const std::unique_ptr<Network> network = backend.build(spec, DType::float64, Device::cpu);
  network->set_steps_done(step);
  return network->learning_rate();
}

}  // namespace

void expect_steps_as_in_pytorch(const std::string& case_name, const OptimizerSpec& optimizer) {
  NetworkSpec spec = layer_alone({"dense", DenseSpec{3, 2}});
  spec.optimizer = optimizer;
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, spec, reference_parameters());
    std::set<std::int64_t> met;
    for (int step = 0; step < 100; ++step) {
      network->train_step(reference_batch(step).view());
      std::size_t tensors = 0;
      for (const OptimiserNumbers& numbers : optimiser_numbers()) {
        if (numbers.case_name != case_name || numbers.step != step + 1) continue;
        expect_numbers(numbers, *network, std::string(backend->name()).c_str());
        ++tensors;
      }
      if (tensors == 0) continue;
      met.insert(step + 1);
      EXPECT_EQ(tensors, 2 * (1 + state_names(optimizer).size())) << case_name << " knows other states";
    }
    EXPECT_EQ(met, (std::set<std::int64_t>{1, 10, 100})) << case_name;
  }
}

void expect_rates_as_in_pytorch(const std::string& case_name, const ScheduleSpec& schedule) {
  for (const ScheduleNumbers& numbers : schedule_numbers())
    if (numbers.case_name == case_name) {
      expect_factors(schedule, numbers.factors);
      return;
    }
  ADD_FAILURE() << "tests/reference/schedules.inc has no " << case_name;
}

NetworkSpec network_on_schedule(const ScheduleSpec& schedule) {
  NetworkSpec spec = layer_alone({"dense", DenseSpec{1, 1, false}});
  spec.optimizer = SgdSpec{.lr = 1};
  spec.schedule = schedule;
  return spec;
}

void expect_factors(const ScheduleSpec& schedule, const std::vector<double>& factors, std::int64_t first) {
  const NetworkSpec spec = network_on_schedule(schedule);
  for (const Backend* backend : backends())
    for (std::size_t k = 0; k < factors.size(); ++k) {
      const std::int64_t step = first + static_cast<std::int64_t>(k);
      EXPECT_NEAR(rate_in(*backend, spec, step), factors[k], kGap * std::abs(factors[k]) + 4e-16)
          << backend->name() << ", step " << step;
    }
}

void expect_same_factors(const ScheduleSpec& schedule, std::int64_t steps) {
  const NetworkSpec spec = network_on_schedule(schedule);
  std::vector<std::int64_t> all{1000, 99999, 1000000007};
  for (std::int64_t step = 0; step < steps; ++step) all.push_back(step);
  for (const std::int64_t step : all) {
    const double rate = rate_in(*backends().front(), spec, step);
    EXPECT_NEAR(rate_in(*backends().back(), spec, step), rate, kGap * std::abs(rate) + 4e-16)
        << "step " << step;
  }
}

}  // namespace twin
