#include "shared/seeds/initialise.hpp"

#include <cmath>

namespace twin {
namespace {

double bound_of(const InitialiserSpec& initialiser, const ParameterSpec& parameter) {
  if (const auto* uniform = std::get_if<UniformInitialiser>(&initialiser)) return uniform->bound;
  if (parameter.is_bias) return 0;
  return std::sqrt(6.0 / static_cast<double>(parameter.shape.at(0) + parameter.shape.at(1)));
}

}  // namespace

Tensor uniform_tensor(std::string name, Shape shape, DType dtype, const RandomStream& stream, double low,
                      double high) {
  std::vector<double> values(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = stream.uniform(i, low, high);
  return Tensor(std::move(name), std::move(shape), std::move(values)).as(dtype);
}

NamedTensors initial_parameters(const NetworkSpec& spec, DType dtype, Seed seed) {
  NamedTensors parameters;
  std::uint32_t index = 0;
  for (const ParameterSpec& parameter : parameters_of(spec)) {
    const double bound = bound_of(spec.initialiser, parameter);
    const RandomStream stream(seed, Purpose::parameters, index++);
    parameters.add(uniform_tensor(parameter.name, parameter.shape, dtype, stream, -bound, bound));
  }
  return parameters;
}

}  // namespace twin
