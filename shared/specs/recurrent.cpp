#include "shared/specs/recurrent.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/layer_spec.hpp"

namespace twin {

std::string RecurrentStack::suffix(std::int64_t layer, bool reverse) {
  return fmt::format("_l{}{}", layer, reverse ? "_reverse" : "");
}

void RecurrentStack::validate() const {
  positive_size(input_size, "input_size");
  positive_size(hidden_size, "hidden_size");
  positive_size(num_layers, "num_layers");
}

Shape RecurrentStack::output_shape(Shape x) const {
  if (x.size() != 3 || x.back() != input_size) refuse_shape(fmt::format("N×T×{}", input_size), x);
  x.back() = outputs();
  return x;
}

std::vector<ParameterSpec> RecurrentStack::parameters() const {
  const std::int64_t rows = gates * hidden_size;
  std::vector<ParameterSpec> all;
  for (std::int64_t layer = 0; layer < num_layers; ++layer)
    for (std::int64_t direction = 0; direction < directions(); ++direction) {
      const std::string end = suffix(layer, direction > 0);
      all.push_back({"weight_ih" + end, {rows, inputs_of(layer)}, ParameterRole::weight});
      all.push_back({"weight_hh" + end, {rows, hidden_size}, ParameterRole::weight});
      if (!bias) continue;
      all.push_back({"bias_ih" + end, {rows}, ParameterRole::bias});
      all.push_back({"bias_hh" + end, {rows}, ParameterRole::bias});
    }
  return all;
}

double RecurrentStack::forward_flops(const Shape& x) const {
  double products = 0;  // of one step of one sequence
  for (std::int64_t layer = 0; layer < num_layers; ++layer)
    products += static_cast<double>(directions() * gates * hidden_size * (inputs_of(layer) + hidden_size));
  return 2 * static_cast<double>(x[0] * x[1]) * products;
}

}  // namespace twin
