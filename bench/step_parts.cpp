#include "bench/step_parts.hpp"

#include <algorithm>
#include <memory>

#include "shared/machine/threads.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin::bench {
namespace {

constexpr Seed kSeed = 1;
constexpr double kSliceSeconds = 2e-3;
constexpr std::int64_t kRounds = 25, kFewestRounds = 15;

double seconds_of(const std::function<void()>& f) {
  const BusyThreads clock;
  f();
  return clock.wall_seconds();
}

// What one look at the clock takes, as StepClock looks at it.
double clock_seconds() {
  constexpr int kLooks = 20000;
  StepClock clock;
  clock.start();
  const double all = seconds_of([&] {
    for (int i = 0; i < kLooks; ++i) clock.end(StepPart::loss);
  });
  return all / kLooks;
}

struct Side {
  const Backend* backend;
  std::unique_ptr<Network> network;
  std::int64_t steps = 1;
  std::vector<double> step_us;
  std::array<std::vector<double>, kStepParts> parts_us;
  std::vector<double> rest_us;
};

}  // namespace

std::vector<StepParts> step_parts(const std::vector<Subject>& subjects,
                                  const std::vector<const Backend*>& backends, DType dtype, double seconds,
                                  const std::function<void(std::int64_t, std::int64_t)>& on_round) {
  const double look = clock_seconds();
  std::vector<StepParts> result;
  std::int64_t done = 0;
  for (const Subject& subject : subjects) {
    const OwnedBatch batch = subject.random_batch(dtype, kSeed);
    std::vector<Side> sides;
    double slice = 0;
    for (const Backend* backend : backends) {
      Side side{backend, backend->build(subject.spec, dtype, Device::cpu), 1, {}, {}, {}};
      side.network->load_parameters(initial_parameters(subject.spec, dtype, kSeed));
      const auto run = [&](std::int64_t steps) { side.network->train_steps(batch.view(), steps); };
      side.steps = steps_that_take(kSliceSeconds, run);
      slice += 2 * seconds_of([&] { run(side.steps); });
      sides.push_back(std::move(side));
    }
    const std::int64_t rounds =
        std::clamp(static_cast<std::int64_t>(seconds / slice), kFewestRounds, kRounds);
    for (std::int64_t round = 0; round < rounds; ++round) {
      for (Side& side : sides) {
        const double per_step = 1e6 / static_cast<double>(side.steps);
        // The side before has left its own numbers in the caches: without a step to fetch these back, the
        // first of the two measurements would pay for it, and the second not.
        side.network->train_steps(batch.view(), 1);
        side.step_us.push_back(per_step *
                               seconds_of([&] { side.network->train_steps(batch.view(), side.steps); }));
        StepTimes times{};
        double rest =
            per_step * seconds_of([&] { times = side.network->time_steps(batch.view(), side.steps); }) -
            1e6 * look;  // at the clock, at the start of each step
        for (std::size_t part = 0; part < kStepParts; ++part) {
          side.parts_us[part].push_back(std::max(0.0, per_step * times[part] - 1e6 * look));
          rest -= per_step * times[part];
        }
        side.rest_us.push_back(std::max(0.0, rest));
      }
      on_round(done * kRounds + (round + 1) * kRounds / rounds,
               static_cast<std::int64_t>(subjects.size()) * kRounds);
    }
    ++done;
    for (Side& side : sides) {
      StepParts parts{subject.name, std::string(side.backend->name()), subject.batch, quartiles(side.step_us),
                      {},           quartiles(side.rest_us).median};
      for (std::size_t part = 0; part < kStepParts; ++part)
        parts.parts_us[part] = quartiles(side.parts_us[part]).median;
      result.push_back(std::move(parts));
    }
  }
  return result;
}

}  // namespace twin::bench
