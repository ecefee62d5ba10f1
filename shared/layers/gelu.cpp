#include "shared/layers/gelu.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void GeluSpec::validate() const {
  if (approximate != "none" && approximate != "tanh")
    throw LayerError(fmt::format("approximate is \"{}\", expected \"none\" or \"tanh\"", approximate));
}

std::vector<Example> GeluSpec::examples() {
  std::vector<Example> all;
  for (const std::string approximate : {"none", "tanh"}) {
    const auto add = [&](std::string name, Shape input, double scale = 1) {
      if (approximate == "tanh") name = "tanh_" + name;
      all.push_back(
          layer_example(std::move(name), {{"gelu", GeluSpec{approximate}}}, std::move(input), scale));
    };
    add("odd", {7, 3});
    add("one_element", {1, 1});
    add("picture", {2, 3, 5, 7});
    add("several_hundred_rows", {317, 3});
    add("wide", {3, 131}, 3);
    add("saturated", {5, 13}, 8);
    // Beside the derivative of Φ, which is 0 there, stands a power of x that is not.
    add("huge", {5, 13}, 1e4);
    add("tiny", {5, 13}, 1e-12);
  }
  return all;
}

}  // namespace twin
