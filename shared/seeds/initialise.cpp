#include "shared/seeds/initialise.hpp"

#include <cmath>

namespace twin {
namespace {

// As torch.nn.init counts them: a weight is out×in×(the extents of a kernel).
struct Fans {
  explicit Fans(const Shape& shape) {
    const auto out = static_cast<double>(shape.at(0));
    const auto all = static_cast<double>(element_count(shape));
    in = all / out;
    this->out = shape.size() < 2 ? out : all / static_cast<double>(shape[1]);
  }
  double in, out;
};

double bound_of(const InitialiserSpec& initialiser, const ParameterSpec& parameter) {
  if (const auto* uniform = std::get_if<UniformInitialiser>(&initialiser)) return uniform->bound;
  if (parameter.role != ParameterRole::weight) return 0;
  const Fans fans(parameter.shape);
  const bool xavier = std::holds_alternative<XavierUniformInitialiser>(initialiser);
  return std::sqrt(6.0 / (xavier ? fans.in + fans.out : fans.in));
}

// What the numbers are drawn around.
double centre_of(const InitialiserSpec& initialiser, const ParameterSpec& parameter) {
  if (std::holds_alternative<UniformInitialiser>(initialiser)) return 0;
  return parameter.role == ParameterRole::scale ? 1 : parameter.role == ParameterRole::slope ? 0.25 : 0;
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
    const double centre = centre_of(spec.initialiser, parameter);
    const RandomStream stream(seed, Purpose::parameters, index++);
    parameters.add(
        uniform_tensor(parameter.name, parameter.shape, dtype, stream, centre - bound, centre + bound));
  }
  return parameters;
}

NamedTensors initial_parameters(const Example& example, DType dtype, Seed seed) {
  const NamedTensors drawn = initial_parameters(example.spec, dtype, seed);
  return example.draw == Draw::integers ? rounded_to_integers(drawn) : drawn;
}

Tensor rounded_to_integers(const Tensor& tensor) {
  if (tensor.dtype() == DType::int64) return tensor;
  constexpr double kLargest = 3;
  std::vector<double> values = tensor.to_doubles();
  for (double& value : values) value = std::round(kLargest * value);
  return Tensor(tensor.name(), tensor.shape(), std::move(values)).as(tensor.dtype());
}

NamedTensors rounded_to_integers(const NamedTensors& tensors) {
  NamedTensors rounded;
  for (const Tensor& tensor : tensors) rounded.add(rounded_to_integers(tensor));
  return rounded;
}

}  // namespace twin
