#include "manual/error_bounds.hpp"

#include <algorithm>

#include "manual/loss.hpp"
#include "manual/networks/sequential.hpp"

namespace twin::manual {
namespace {

std::vector<Magnitude> exact_values(const TensorView& view) {
  std::vector<Magnitude> result(static_cast<std::size_t>(element_count(view.shape)));
  const auto copy = [&](auto values) {
    std::transform(values.begin(), values.end(), result.begin(),
                   [](auto value) { return Magnitude(static_cast<double>(value)); });
  };
  if (view.dtype == DType::float32)
    copy(view.data<float>());
  else
    copy(view.data<double>());
  return result;
}

template <typename Values>
std::vector<Magnitude> copy_of(const Values& values) {
  return {values.data(), values.data() + values.size()};
}

}  // namespace

GradientMagnitudes gradient_magnitudes(const NetworkSpec& spec, const NamedTensors& parameters,
                                       const Batch& batch) {
  Sequential<Magnitude> model(spec.layers);
  Loss<Magnitude> loss(spec.loss);
  for (Parameter<Magnitude>& p : model.parameters()) {
    const std::vector<Magnitude> values = exact_values(parameters.at(p.name).view());
    std::copy(values.begin(), values.end(), p.value.data());
  }

  const std::vector<Magnitude> inputs = exact_values(batch.inputs);
  const ConstMatrixView<Magnitude> x(inputs.data(), batch.inputs.shape.at(0), batch.inputs.shape.at(1));
  std::vector<Magnitude> target_values;
  const Targets<Magnitude> targets = [&]() -> Targets<Magnitude> {
    if (loss.takes_labels()) return batch.targets.data<std::int64_t>();
    target_values = exact_values(batch.targets);
    return ConstMatrixView<Magnitude>(target_values.data(), batch.targets.shape.at(0),
                                      batch.targets.shape.at(1));
  }();

  GradientMagnitudes result;
  result.loss = loss.forward(model.forward(x), targets);
  result.input = copy_of(model.backward(loss.backward()));
  for (const Parameter<Magnitude>& p : model.parameters())
    result.parameters.emplace_back(p.name, copy_of(p.gradient));
  return result;
}

}  // namespace twin::manual
