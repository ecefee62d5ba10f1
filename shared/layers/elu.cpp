#include "shared/layers/elu.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void EluSpec::validate() const {
  if (!std::isfinite(alpha)) throw LayerError(fmt::format("alpha is {}, expected a finite number", alpha));
}

std::vector<Example> EluSpec::examples() {
  const auto elu = [](std::string name, Shape input, double scale = 1, EluSpec spec = {}) {
    return layer_example(std::move(name), {{"elu", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      elu("odd", {7, 3}),
      elu("one_element", {1, 1}),
      elu("picture", {2, 3, 5, 7}),
      elu("several_hundred_rows", {317, 3}),
      elu("wide", {3, 131}),
      elu("saturated", {5, 13}, 40),
      // Where x > 0, exp(x) overflows, and is not used.
      elu("huge", {5, 13}, 1e4),
      elu("tiny", {5, 13}, 1e-12),
      // Any alpha but 1 leaves a kink at 0.
      elu("small_alpha", {5, 13}, 2, {.alpha = 0.3}),
      elu("large_alpha", {5, 13}, 2, {.alpha = 2.5}),
      // The side of the kink is decided on numbers that are rounded.
      layer_example("after_dense", {{"dense", DenseSpec{5, 11}}, {"elu", EluSpec{.alpha = 0.5}}}, {7, 5}),
      // A seventh of the inputs lies on the kink; without an exponential, all is exact.
      elu("integers", {17, 13}, 1, {.alpha = 0}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
