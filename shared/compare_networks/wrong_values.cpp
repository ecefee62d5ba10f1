#include "shared/compare_networks/wrong_values.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <optional>

#include "shared/compare/causes.hpp"
#include "shared/compare_networks/rounding.hpp"

namespace twin {
namespace {

// A gradient is known by its parameter's name.
std::string tensor_of(const TraceEntry& entry) {
  return entry.role == Role::parameter_gradient ? entry.path : entry.quantity();
}

std::string subject_of(const TraceEntry& entry, const TracedStep::Place& place) {
  const std::string by = place.layer ? fmt::format(", computed by {}", place.path) : "";
  switch (entry.role) {
    case Role::input:
      return entry.path.empty() ? "X (the inputs of the network)"
                                : fmt::format("x of {} (its inputs{})", entry.path, by);
    case Role::output:
      return fmt::format("y of {} (its outputs)", entry.path);
    case Role::error:
      return "error (the gradient of the loss by the outputs)";
    case Role::output_gradient:
      return fmt::format("d_y of {} (the gradient that flows back into it{})", entry.path, by);
    case Role::parameter_gradient:
      return fmt::format("the gradient of {}", entry.path);
    case Role::input_gradient:
      return fmt::format("d_x of {} (the gradient that flows back out of it)", entry.path);
    case Role::state:
      return fmt::format("{} after the step", entry.path);
    case Role::loss:
    case Role::parameter:
      break;
  }
  return entry.quantity();
}

std::int64_t labels_that_count(const LossSpec& loss, const Tensor& targets) {
  const std::span<const std::int64_t> labels = targets.data<std::int64_t>();
  return std::visit(
      [&](const auto& kind) {
        auto count = std::ssize(labels);
        if constexpr (requires { kind.ignore_index; })
          count -= std::count(labels.begin(), labels.end(), kind.ignore_index);
        return static_cast<std::int64_t>(count);
      },
      loss);
}

// Sizes by which a loss divides.
std::vector<NamedFactor> factors_of_loss(const TracedStep& step) {
  const LossSpec& loss = step.spec().loss;
  const std::int64_t batch_size = step.batch().inputs.shape().at(0);
  const std::string outputs = step.spec().layers.empty() ? "" : step.spec().layers.back().name;
  const std::size_t elements = step.find(outputs.empty() ? Role::input : Role::output, outputs)->size();
  const double columns = static_cast<double>(elements) / static_cast<double>(batch_size);
  std::vector<NamedFactor> all;
  if (columns > 1)
    all = {{static_cast<double>(elements), "the number of elements, batch size × outputs",
            Cause("factor_elements"), "the mean over all elements is missing", Cause("factor_elements_twice"),
            "the mean over all elements is taken twice"},
           {columns, "the number of outputs", Cause("factor_outputs"),
            "the mean over the outputs is missing, that over the batch is there",
            Cause("factor_outputs_twice"), "the mean over the outputs is taken once too often"}};
  // In sequences each place has a label of its own, and some ask for nothing.
  const auto labels = takes_labels(loss) ? labels_that_count(loss, step.batch().targets) : batch_size;
  if (labels != batch_size)
    all.push_back({static_cast<double>(labels), "the number of labels that count", Cause("factor_batch"),
                   "the mean over the labels is missing", Cause("factor_batch_twice"),
                   "the mean over the labels is taken twice"});
  return all;
}

// The rows of a layer that works on features: in sequences there are more of them than samples.
std::vector<NamedFactor> factors_of_layer(const TracedStep& step, const TracedStep::Place& place) {
  const Array* x = place.layer ? step.find(Role::input, place.path) : nullptr;
  if (!x || x->shape.size() != 3) return {};
  return {{static_cast<double>(x->rows()), "the number of rows, batch size × positions",
           Cause("factor_batch"), "the mean over the batch is missing", Cause("factor_batch_twice"),
           "the mean over the batch is taken twice"}};
}

// What a layer that holds others adds up: its own input (on the way back, what flows into it), and what each
// of the others yields.
NamedTensors terms_of(const TracedStep& step, const TraceEntry& entry, const TracedStep::Place& place) {
  const bool forward = entry.role == Role::input || entry.role == Role::output;
  const bool back = entry.role == Role::output_gradient || entry.role == Role::input_gradient;
  NamedTensors terms;
  if (!place.layer || !(forward || back)) return terms;
  bool has_others = false;
  for (const TraceEntry& other : step.trace()) {
    const bool own =
        other.path == place.path && other.role == (forward ? Role::input : Role::output_gradient);
    const std::size_t dot = other.path.rfind('.');
    const bool of_child = dot != std::string::npos && other.path.substr(0, dot) == place.path &&
                          other.role == (forward ? Role::output : Role::input_gradient) &&
                          find_layer(step.spec().layers, other.path);
    has_others = has_others || of_child;
    if (own || of_child) terms.add(other.value);
  }
  return has_others ? terms : NamedTensors();
}

// A layer that is left out hands on what it was given.
const Tensor* actual_of(const TraceEntry& entry, const TracedStep& right, const Trace& manual) {
  if (const TraceEntry* found = find(manual, entry.role, entry.path)) return &found->value;
  if (entry.role != Role::output && entry.role != Role::input_gradient) return nullptr;
  const Role given = entry.role == Role::output ? Role::input : Role::output_gradient;
  const TraceEntry* handed_on = find(right.trace(), given, entry.path);
  return handed_on ? &handed_on->value : nullptr;
}

}  // namespace

Suspect suspect_at(const TracedStep& right, const TraceEntry& entry, const Tensor& actual) {
  const TracedStep::Place place = right.place_of(entry);
  Suspect suspect{tensor_of(entry),
                  subject_of(entry, place),
                  actual.renamed(tensor_of(entry)),
                  entry.value.renamed(tensor_of(entry)),
                  {}};
  if (actual.shape() != entry.value.shape()) return suspect;

  DiagnosisContext known{.actual = kManual, .expected = kAutograd};
  known.batch_size = right.batch().inputs.shape().at(0);
  known.parameters = right.parameters();
  known.terms = terms_of(right, entry, place);
  known.factors = entry.role == Role::loss || entry.role == Role::error ? factors_of_loss(right)
                                                                        : factors_of_layer(right, place);
  if (right.previous())
    if (const TraceEntry* before = find(right.previous()->trace(), entry.role, entry.path))
      known.previous.add(before->value.renamed(suspect.tensor));
  suspect.supported = supported_by(suspect.actual, suspect.expected, right.predictions(entry), known);
  return suspect;
}

std::vector<Suspect> suspects_in_step(const TracedStep& right, const Trace& manual,
                                      const std::function<TracedErrors()>& bounds) {
  std::vector<Suspect> suspects;
  std::optional<TracedErrors> derived;
  for (const TraceEntry& entry : right.trace()) {
    // All that is computed after the first wrong value may be wrong because of it. Only the gradients of
    // parameters are looked at still: they may tell that they share its cause.
    const bool looked_at = suspects.empty() || entry.role == Role::parameter_gradient;
    if (entry.role == Role::parameter || !looked_at) continue;
    const Tensor* actual = actual_of(entry, right, manual);
    if (!actual) continue;
    if (actual->shape() == entry.value.shape()) {
      if (!differs(*actual, entry.value)) continue;
      if (!derived) derived = bounds();
      if (is_rounding(*actual, entry.value, (*derived)[{entry.role, entry.path}])) continue;
    }
    suspects.push_back(suspect_at(right, entry, *actual));
    suspects.back().later = suspects.size() > 1;
  }
  return suspects;
}

}  // namespace twin
