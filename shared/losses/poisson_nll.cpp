#include "shared/losses/poisson_nll.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {
namespace {

// Rates must be above 0, a little beside the example too: they come out of a sigmoid.
Example rate_example(std::string name, PoissonNllLossSpec loss, Shape shape, double scale = 1) {
  Example example = loss_example(std::move(name), loss, std::move(shape), scale);
  example.spec.layers = {{"sigmoid", SigmoidSpec{}}};
  return example;
}

}  // namespace

void PoissonNllLossSpec::validate() const {
  if (!(std::isfinite(eps) && eps >= 0))
    throw UsageError(fmt::format("eps is {}", eps), {}, "give a finite number of at least 0");
}

void PoissonNllLossSpec::validate_target(double target) const {
  if (!(std::isfinite(target) && target >= 0))
    throw DataError(fmt::format("a target is {}", target), {}, "give a count: a finite number of at least 0");
}

std::vector<Example> PoissonNllLossSpec::examples() {
  const PoissonNllLossSpec full{.full = true}, sum{.reduction = Reduction::sum}, rate{.log_input = false},
      full_rate{.log_input = false, .full = true},
      wide_eps{.log_input = false, .eps = 0.1, .reduction = Reduction::sum};
  return {loss_example("odd", PoissonNllLossSpec{}, {7, 3}),
          loss_example("one_element", PoissonNllLossSpec{}, {1, 1}),
          loss_example("several_hundred_rows", PoissonNllLossSpec{}, {317, 5}),
          loss_example("picture", PoissonNllLossSpec{}, {2, 3, 5, 7}),
          loss_example("wide", PoissonNllLossSpec{}, {3, 131}),
          loss_example("full", full, {11, 7}),
          loss_example("sum", sum, {11, 7}),
          rate_example("rates", rate, {11, 7}),
          rate_example("full_of_rates", full_rate, {11, 7}),
          rate_example("wide_eps", wide_eps, {7, 5}),
          rate_example("small_rates", rate, {13, 5}, 9),
          loss_example("far", PoissonNllLossSpec{}, {13, 5}, 10),
          loss_example("tiny", PoissonNllLossSpec{}, {5, 3}, 1e-6)};
}

}  // namespace twin
