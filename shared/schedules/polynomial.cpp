#include "shared/schedules/polynomial.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/schedule_steps.hpp"

namespace twin {

void PolynomialSchedule::validate() const {
  if (total_iters < 1) throw UsageError(fmt::format("total_iters is {}", total_iters), {}, "give 1 or more");
}

PolynomialSchedule PolynomialSchedule::stretched(double factor) const {
  return {stretched_steps(total_iters, factor), power};
}

std::vector<Example> PolynomialSchedule::examples() {
  const SgdSpec sgd{.lr = 0.3, .momentum = 0.9};
  return {training_example("line", sgd, PolynomialSchedule{}),
          training_example("square", sgd, PolynomialSchedule{.total_iters = 4, .power = 2}),
          training_example("past_the_end", sgd, PolynomialSchedule{.total_iters = 1, .power = 0.5}),
          large_training_example("several_hundred_parameters", sgd, PolynomialSchedule{7, 0.9})};
}

}  // namespace twin
