#include "shared/compare_networks/traced_step.hpp"

namespace twin {
namespace {

// Those whose names begin with the path of a layer, under their names within it.
std::map<std::string, Array> within(const std::string& path, const NamedTensors& tensors) {
  std::map<std::string, Array> all;
  for (const Tensor& tensor : tensors)
    if (tensor.name().starts_with(path + "."))
      all.emplace(tensor.name().substr(path.size() + 1), array_of(tensor));
  return all;
}

bool on_the_way_forward(Role role) {
  return role == Role::input || role == Role::output || role == Role::state;
}

}  // namespace

Trace trace_with_buffers(Network& network, const OwnedBatch& batch) {
  Trace trace = network.trace_step(batch.view());
  for (Tensor& buffer : network.buffers())
    trace.push_back({"", Role::state, buffer.name(), "", std::move(buffer)});
  return trace;
}

TracedStep::TracedStep(Network& right, const NetworkSpec& spec, const OwnedBatch& batch,
                       const TracedStep* previous)
    : spec_(spec),
      batch_(batch),
      previous_(previous),
      before_(state_of(right)),
      trace_(trace_with_buffers(right, batch)) {
  for (const TraceEntry& entry : trace_) values_.try_emplace({entry.role, entry.path}, array_of(entry.value));
  if (batch.inputs.dtype() == DType::int64)
    indices_ = {layer_input_shape(spec, batch.inputs.shape()), batch.inputs.to_doubles()};
}

const Array* TracedStep::find(Role role, const std::string& path) const {
  if (const auto found = values_.find({role, path}); found != values_.end()) return &found->second;
  const bool takes_indices = role == Role::input && !indices_.empty() && find_layer(spec_.layers, path);
  return takes_indices ? &indices_ : nullptr;
}

TracedStep::Place TracedStep::place_of(const TraceEntry& entry) const {
  const bool of_a_layer = entry.role == Role::output || entry.role == Role::input_gradient;
  if (std::optional<LayerSpec> layer = of_a_layer ? find_layer(spec_.layers, entry.path) : std::nullopt)
    return {std::move(layer), entry.path, {entry.role}};
  // The innermost layer of which it is a parameter, a buffer, a further input or a child.
  for (std::size_t dot = entry.path.rfind('.'); dot != std::string::npos;
       dot = entry.path.rfind('.', dot - 1)) {
    const std::string outer = entry.path.substr(0, dot);
    if (const std::optional<LayerSpec> layer = find_layer(spec_.layers, outer))
      return {layer, outer, {entry.role, entry.path.substr(dot + 1)}};
  }
  return {{}, entry.path, {entry.role}};
}

std::vector<Prediction> TracedStep::predictions(const TraceEntry& entry) const {
  if (entry.role == Role::error) return mistakes_of(spec_.loss, loss_values());
  const Place place = place_of(entry);
  if (!place.layer) return {};
  return mistakes_of(*place.layer, place.quantity, layer_values(place));
}

LayerValues TracedStep::layer_values(const Place& place) const {
  const auto copy = [&](Role role) {
    const Array* value = find(role, place.path);
    return value ? *value : Array{};
  };
  LayerValues values;
  values.x = copy(Role::input);
  values.y = copy(Role::output);
  if (!on_the_way_forward(place.quantity.role)) {
    values.d_y = copy(Role::output_gradient);
    values.d_x = copy(Role::input_gradient);
  }
  if (const Array* x = previous_ ? previous_->find(Role::input, place.path) : nullptr;
      x && x->shape == values.x.shape)
    values.previous_x = *x;
  for (const std::string& name : further_inputs_of({*place.layer}))
    if (const Array* value = find(Role::input, join(place.path, name))) values.further.emplace(name, *value);
  values.parameters = within(place.path, before_.parameters);
  for (const std::string& name : shared_parameters_of(*place.layer))
    values.parameters.emplace(name, array_of(before_.parameters.at(name)));
  values.buffers = within(place.path, before_.buffers);
  values.child = [this, path = place.path](const std::string& name, Role role) {
    return find(role, join(path, name));
  };
  return values;
}

LossValues TracedStep::loss_values() const {
  const Array* outputs =
      spec_.layers.empty() ? find(Role::input, "") : find(Role::output, spec_.layers.back().name);
  if (!takes_labels(spec_.loss)) return {*outputs, array_of(batch_.targets), {}};
  const auto labels = batch_.targets.data<std::int64_t>();
  return {*outputs, {}, {labels.begin(), labels.end()}};
}

}  // namespace twin
