#include "shared/schedules/multi_step.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/schedule_steps.hpp"

namespace twin {

void MultiStepSchedule::validate() const {
  std::int64_t before = -1;
  for (const std::int64_t milestone : milestones) {
    if (milestone <= before)
      throw UsageError(fmt::format("the milestones are {}", fmt::join(milestones, ", ")), {},
                       "give steps from 0 on that rise");
    before = milestone;
  }
}

MultiStepSchedule MultiStepSchedule::stretched(double factor) const {
  MultiStepSchedule longer{{}, gamma};
  for (const std::int64_t milestone : milestones)
    longer.milestones.push_back(milestone == 0 ? 0 : stretched_steps(milestone, factor));
  longer.milestones.erase(std::unique(longer.milestones.begin(), longer.milestones.end()),
                          longer.milestones.end());
  return longer;
}

std::vector<Example> MultiStepSchedule::examples() {
  const auto with = [](std::string name, MultiStepSchedule schedule) {
    return training_example(std::move(name), SgdSpec{.lr = 0.3, .momentum = 0.9}, std::move(schedule));
  };
  return {with("two_milestones", {{1, 2}, 0.5}), with("from_the_start", {{0, 2}, 0.5}),
          with("no_milestone", {}),
          large_training_example("several_hundred_parameters", SgdSpec{.lr = 0.3, .momentum = 0.9},
                                 MultiStepSchedule{{1, 7}, 0.1})};
}

}  // namespace twin
