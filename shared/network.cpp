#include "shared/network.hpp"

#include <algorithm>

#include "shared/errors.hpp"

namespace twin {

std::string_view to_string(Device device) { return device == Device::cpu ? "cpu" : "cuda"; }

std::string TraceEntry::quantity(Role role, std::string_view path) {
  const std::string name(path);
  switch (role) {
    case Role::input:
      return name.empty() ? "X" : name + ": x";
    case Role::output_gradient:
      return name + ": d_y";
    case Role::input_gradient:
      return name + ": d_x";
    case Role::parameter_gradient:
      return "d_" + name;
    case Role::loss:
      return "loss";
    case Role::error:
      return "error";
    case Role::output:
    case Role::parameter:
    case Role::state:
      break;
  }
  return name;
}

const TraceEntry* find(const Trace& trace, Role role, std::string_view path) {
  const auto found = std::find_if(trace.begin(), trace.end(), [&](const TraceEntry& entry) {
    return entry.role == role && entry.path == path;
  });
  return found == trace.end() ? nullptr : &*found;
}

NamedTensors Gradients::all() const {
  NamedTensors all = parameters;
  if (input) all.add(*input);
  for (const Tensor& gradient : further) all.add(gradient);
  return all;
}

NamedTensors Network::hessian_vector_product(const Batch&, const NamedTensors&) {
  throw UsageError("this side has no second derivatives", {}, "ask the manual twin or autograd, in float64");
}

NetworkState NetworkState::as(DType dtype) const {
  return {parameters.as(dtype), buffers.as(dtype), optimizer.as(dtype), steps_done};
}

NetworkState state_of(const Network& network) {
  return {network.parameters(), network.buffers(), network.optimizer_state(), network.steps_done()};
}

void load(Network& network, const NetworkState& state) {
  network.load_parameters(state.parameters);
  network.load_buffers(state.buffers);
  network.load_optimizer_state(state.optimizer);
  network.set_steps_done(state.steps_done);
}

Tensor step_count(std::int64_t steps, DType dtype) {
  return Tensor("step", {}, std::vector<double>{static_cast<double>(steps)}).as(dtype);
}

std::int64_t steps_of(const NamedTensors& optimizer_state) {
  return static_cast<std::int64_t>(optimizer_state.at("step").to_doubles().at(0));
}

}  // namespace twin
