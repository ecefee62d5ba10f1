#include "manual/error_bounds.hpp"

#include <algorithm>

#include "manual/loss.hpp"
#include "manual/networks/sequential.hpp"
#include "manual/optim/sgd.hpp"

namespace twin::manual {
namespace {

std::vector<RunningError> exact_values(const TensorView& view) {
  std::vector<RunningError> result(static_cast<std::size_t>(element_count(view.shape)));
  const auto copy = [&](auto values) {
    std::transform(values.begin(), values.end(), result.begin(),
                   [](auto value) { return RunningError(static_cast<double>(value)); });
  };
  if (view.dtype == DType::float32)
    copy(view.data<float>());
  else
    copy(view.data<double>());
  return result;
}

template <typename Values>
void fill(Values& values, const Tensor& tensor) {
  const std::vector<RunningError> exact = exact_values(tensor.view());
  std::copy(exact.begin(), exact.end(), values.data());
}

template <typename Values>
std::vector<RunningError> copy_of(const Values& values) {
  return {values.data(), values.data() + values.size()};
}

}  // namespace

StepErrors step_errors(const NetworkSpec& spec, const NamedTensors& parameters,
                               const NamedTensors& optimizer_state, const Batch& batch) {
  Sequential<RunningError> model(spec.layers);
  Loss<RunningError> loss(spec.loss);
  std::vector<Parameter<RunningError>> views = model.parameters();
  Sgd<RunningError> optimizer(std::get<SgdSpec>(spec.optimizer), views);
  for (Parameter<RunningError>& p : views) fill(p.value, parameters.at(p.name));
  if (optimizer_state.size() > 0)
    for (std::size_t i = 0; i < optimizer.state().size(); ++i)
      fill(optimizer.state()[i], optimizer_state.at(Sgd<RunningError>::state_name(views[i].name)));

  const std::vector<RunningError> inputs = exact_values(batch.inputs);
  const ConstMatrixView<RunningError> x(inputs.data(), batch.inputs.shape.at(0), batch.inputs.shape.at(1));
  std::vector<RunningError> target_values;
  const Targets<RunningError> targets = [&]() -> Targets<RunningError> {
    if (loss.takes_labels()) return batch.targets.data<std::int64_t>();
    target_values = exact_values(batch.targets);
    return ConstMatrixView<RunningError>(target_values.data(), batch.targets.shape.at(0),
                                      batch.targets.shape.at(1));
  }();

  StepErrors result;
  result.loss = loss.forward(model.forward(x), targets);
  result.input_gradient = copy_of(model.backward(loss.backward()));
  for (const Parameter<RunningError>& p : views) result.gradients.emplace_back(p.name, copy_of(p.gradient));
  optimizer.step();
  for (const Parameter<RunningError>& p : views) result.parameters.emplace_back(p.name, copy_of(p.value));
  for (std::size_t i = 0; i < optimizer.state().size(); ++i)
    result.optimizer_state.emplace_back(Sgd<RunningError>::state_name(views[i].name),
                                        copy_of(optimizer.state()[i]));
  return result;
}

}  // namespace twin::manual
