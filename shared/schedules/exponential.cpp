#include "shared/schedules/exponential.hpp"

#include <cmath>

#include "shared/specs/example.hpp"

namespace twin {

ExponentialSchedule ExponentialSchedule::stretched(double factor) const {
  return {std::pow(gamma, 1 / factor)};
}

std::vector<Example> ExponentialSchedule::examples() {
  const SgdSpec sgd{.lr = 0.3, .momentum = 0.9};
  return {training_example("slow", sgd, ExponentialSchedule{0.9}),
          training_example("to_nothing", sgd, ExponentialSchedule{0}),
          large_training_example("several_hundred_parameters", sgd, ExponentialSchedule{})};
}

}  // namespace twin
