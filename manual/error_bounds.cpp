#include "manual/error_bounds.hpp"

#include <algorithm>

#include "manual/any_model.hpp"
#include "manual/clipping.hpp"
#include "manual/converted_batch.hpp"
#include "manual/schedule.hpp"
#include "shared/compare/decisions.hpp"

namespace twin::manual {
namespace {

// A network without parameters is judged as in float64.
DType dtype_of(const NamedTensors& parameters) {
  return parameters.size() > 0 ? parameters.begin()->dtype() : DType::float64;
}

template <typename Values>
void fill(Values& values, const Tensor& tensor) {
  const std::vector<RunningError> exact = converted<RunningError>(tensor.view());
  std::copy(exact.begin(), exact.end(), values.data());
}

template <typename Values>
std::vector<RunningError> copy_of(const Values& values) {
  return {values.data(), values.data() + values.size()};
}

class TraceRecorder final : public Observer<RunningError> {
 public:
  explicit TraceRecorder(TracedErrors& trace) : trace_(trace) {}

  void entered(const std::string& path, const Activation<RunningError>& x) override {
    add(Role::input, path, x);
  }
  void left(const std::string& path, const Formulas&, const Activation<RunningError>& y) override {
    add(Role::output, path, y);
  }
  void entered_backward(const std::string& path, const Activation<RunningError>& d_y) override {
    add(Role::output_gradient, path, d_y);
  }
  void left_backward(const std::string& path, const Formulas&, const std::vector<OwnParameter<RunningError>>&,
                     const Activation<RunningError>& d_x) override {
    if (!d_x.empty()) add(Role::input_gradient, path, d_x);
  }

 private:
  void add(Role role, const std::string& path, const Activation<RunningError>& values) {
    trace_.try_emplace({role, path}, copy_of(values));
  }

  TracedErrors& trace_;
};

}  // namespace

StepErrors step_errors(const NetworkSpec& spec, const NetworkState& before, const Batch& batch,
                       const BoundsOf& what) {
  AnyModel<RunningError> model(spec);
  for (Parameter<RunningError>& p : model.parameters()) fill(p.value, before.parameters.at(p.name));
  for (Buffer<RunningError>& buffer : model.buffers()) {
    if (!before.buffers.contains(buffer.name)) continue;
    const Tensor& values = before.buffers.at(buffer.name);
    if (buffer.carried) buffer.values->resize(values.shape().at(0), values.shape().at(1));
    fill(*buffer.values, values);
  }
  const std::vector<std::string> names = state_names(spec.optimizer);
  const auto for_each_state = [&](const auto& f) {
    std::size_t i = 0;
    for (const Parameter<RunningError>& p : model.parameters())
      for (const std::string& name : names) f(join(p.name, name), model.optimizer_state()[i++]);
  };
  if (before.optimizer.size() > 0)
    for_each_state([&](const std::string& name, auto& values) { fill(values, before.optimizer.at(name)); });

  // The values of a batch with their bounds take the place of the batch's own.
  const ConvertedBatch<RunningError> exact(spec, batch);
  std::vector<std::vector<RunningError>> further;
  for (FurtherInput<RunningError>& input : model.further()) {
    const Tensor& tensor = batch.further->at(input.name);
    further.push_back(converted<RunningError>(tensor.view()));
    input.value = {further.back().data(), Extents(tensor.shape())};
  }

  StepErrors result;
  const DecisionRecorder decisions(unit_roundoff(dtype_of(before.parameters)), what.turned);
  const bool evaluates = what.mode == Mode::evaluation;
  TraceRecorder recorder(result.trace);
  const Way<RunningError> way{
      {.mode = what.mode, .keeps_buffers = evaluates, .seed = spec.mask_seed, .step = before.steps_done},
      what.traced ? &recorder : nullptr,
      &model.further()};
  exact.with_inputs([&](const auto& x) {
    if (evaluates) {
      result.outputs = copy_of(model.forward(x, way));
      return;
    }
    result.loss = model.loss(model.forward(x, way), exact.targets());
    const Activation<RunningError> error = model.error();
    if (what.traced) result.trace.try_emplace({Role::error, ""}, copy_of(error));
    const Activation<RunningError> d_x = model.backward(error, way);
    if (!d_x.empty()) result.input_gradient = copy_of(d_x);
  });
  if (evaluates) return result;
  for (const FurtherInput<RunningError>& input : model.further())
    result.further_gradients.emplace_back(input.name, copy_of(input.gradient));
  for (const Parameter<RunningError>& p : model.parameters())
    result.gradients.emplace_back(p.name, copy_of(p.gradient));
  for (const Buffer<RunningError>& b : model.buffers())
    result.buffers.emplace_back(b.name, copy_of(*b.values));
  if (what.traced) {
    result.trace[{Role::loss, ""}] = {result.loss};
    for (const auto& [name, errors] : result.gradients)
      result.trace[{Role::parameter_gradient, name}] = errors;
    for (const auto& [name, errors] : result.buffers) result.trace[{Role::state, name}] = errors;
  }
  if (spec.clipping) clip_gradients<RunningError>(*spec.clipping, model.parameters());
  model.update(learning_rate(spec.optimizer) * factor(spec.schedule, before.steps_done),
               before.steps_done + 1);
  for (const Parameter<RunningError>& p : model.parameters())
    result.parameters.emplace_back(p.name, copy_of(p.value));
  for_each_state([&](const std::string& name, const auto& values) {
    result.optimizer_state.emplace_back(name, copy_of(values));
  });
  if (counts_steps(spec.optimizer))
    result.optimizer_state.emplace_back(
        "step", std::vector{RunningError(static_cast<double>(before.steps_done + 1))});
  result.too_close = decisions.close_decisions();
  return result;
}

}  // namespace twin::manual
