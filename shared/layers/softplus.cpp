#include "shared/layers/softplus.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void SoftplusSpec::validate() const {
  if (!(std::isfinite(beta) && beta > 0))
    throw LayerError(fmt::format("beta is {}, expected a finite number above 0", beta));
  if (!std::isfinite(threshold))
    throw LayerError(fmt::format("threshold is {}, expected a finite number", threshold));
}

std::vector<Example> SoftplusSpec::examples() {
  const auto softplus = [](std::string name, Shape input, double scale = 1, SoftplusSpec spec = {}) {
    return layer_example(std::move(name), {{"softplus", spec}}, std::move(input), scale);
  };
  return {
      softplus("odd", {7, 3}),
      softplus("one_element", {1, 1}),
      softplus("picture", {2, 3, 5, 7}),
      softplus("several_hundred_rows", {317, 3}),
      softplus("wide", {3, 131}),
      // A quarter of the inputs is above the threshold.
      softplus("saturated", {5, 13}, 40),
      // exp(x) would overflow, where it is not used.
      softplus("huge", {5, 13}, 1e4),
      softplus("tiny", {5, 13}, 1e-12),
      softplus("sharp", {5, 13}, 2, {.beta = 3}),
      softplus("blunt", {5, 13}, 2, {.beta = 0.25}),
      // The jump at the threshold is as large as it gets.
      softplus("early_threshold", {5, 13}, 1, {.beta = 2, .threshold = 0.5}),
      softplus("late_threshold", {5, 13}, 60, {.beta = 1, .threshold = 50}),
      layer_example("after_dense",
                    {{"dense", DenseSpec{5, 11}}, {"softplus", SoftplusSpec{.beta = 2, .threshold = 1}}},
                    {7, 5}),
  };
}

}  // namespace twin
