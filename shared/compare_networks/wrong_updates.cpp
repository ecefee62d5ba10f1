#include "shared/compare_networks/wrong_updates.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <optional>

#include "shared/compare/causes.hpp"
#include "shared/compare_networks/rounding.hpp"

namespace twin {
namespace {

Tensor with_values(const Tensor& like, std::vector<double> values) {
  return {like.name(), like.shape(), std::move(values)};
}

Tensor divided(const Tensor& tensor, double by) {
  std::vector<double> values = tensor.to_doubles();
  for (double& value : values) value /= by;
  return with_values(tensor, std::move(values));
}

Tensor scalar(const char* name, double value) { return {name, {}, std::vector<double>{value}}; }

// The gradient by which a step must have gone; none where the optimiser cannot tell, as at a rate of 0.
std::optional<Tensor> implied_gradient(const NetworkSpec& spec, const UpdateValues& before,
                                       const Update& update, const ParameterSpec& parameter) {
  const Tensor moved = moved_by(update, parameter.name);
  std::vector<Array> state;
  for (const std::string& name : state_names(spec.optimizer))
    state.push_back(array_of(update.after.optimizer.at(join(parameter.name, name))));
  const std::vector<double> values = std::visit(
      [&](const auto& optimizer) -> std::vector<double> {
        if constexpr (requires { optimizer.implied_gradient(before, Array{}, state); })
          return optimizer.implied_gradient(before, array_of(moved), state);
        else
          return {};
      },
      spec.optimizer);
  if (values.empty() || !std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }))
    return std::nullopt;
  return with_values(moved, values);
}

UpdateValues unclipped_values(const NetworkSpec& spec, const RightUpdate& right,
                              const ParameterSpec& parameter) {
  UpdateValues values;
  values.gradient = array_of(right.gradients.at(parameter.name));
  values.value = array_of(right.before.parameters.at(parameter.name));
  for (const std::string& name : state_names(spec.optimizer))
    values.state.emplace(name, array_of(right.before.optimizer.at(join(parameter.name, name))));
  values.lr = right.lr;
  values.step = right.before.steps_done + 1;
  values.role = parameter.role;
  return values;
}

}  // namespace

Update update_of(Network& network, const OwnedBatch& batch) {
  Update update{state_of(network), {}, network.learning_rate()};
  network.train_step(batch.view());
  update.after = state_of(network);
  return update;
}

RightUpdate right_update_of(Network& network, const OwnedBatch& batch) {
  NamedTensors gradients = network.gradients(batch.view()).parameters;
  return {update_of(network, batch), std::move(gradients)};
}

UpdateValues update_values(const NetworkSpec& spec, const RightUpdate& right,
                           const ParameterSpec& parameter) {
  UpdateValues values = unclipped_values(spec, right, parameter);
  if (spec.clipping)
    if (const std::optional<Tensor> clipped = implied_gradient(spec, values, right, parameter))
      values.gradient = array_of(*clipped);
  return values;
}

std::vector<Prediction> clipping_mistakes(const NetworkSpec& spec, const RightUpdate& right,
                                          const ParameterSpec& parameter) {
  if (!spec.clipping) return {};
  std::vector<Array> gradients;
  std::size_t which = 0;
  for (const Tensor& gradient : right.gradients) {
    if (gradient.name() == parameter.name) which = gradients.size();
    gradients.push_back(array_of(gradient));
  }
  return std::visit(
      [&](const auto& clipping) -> std::vector<Prediction> {
        if constexpr (requires { clipping.mistakes(gradients, which); })
          return clipping.mistakes(gradients, which);
        else
          return {};
      },
      *spec.clipping);
}

Tensor moved_by(const Update& update, const std::string& parameter) {
  const Tensor& before = update.before.parameters.at(parameter);
  std::vector<double> moved = before.to_doubles();
  const std::vector<double> after = update.after.parameters.at(parameter).to_doubles();
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i] -= after[i];
  return with_values(before, std::move(moved));
}

void UpdateExamination::compare(const Update& manual, const RightUpdate& right, std::int64_t batch_size,
                                const std::function<StepErrors()>& bounds) {
  ++steps_;
  // Whatever else is wrong after the step may be so because of them.
  if (counts_differ(manual, right)) return;
  DiagnosisContext known{.actual = "the gradient that manual steps by", .expected = "autograd's"};
  known.batch_size = batch_size;
  known.previous = std::move(previous_);
  known.parameters = right.before.parameters;
  previous_ = NamedTensors();
  std::optional<NamedErrors> derived;
  const auto may_be_rounding = [&](const Tensor& actual, const Tensor& expected) {
    if (!derived) {
      StepErrors errors = bounds();
      derived = std::move(errors.parameters);
      std::move(errors.optimizer_state.begin(), errors.optimizer_state.end(), std::back_inserter(*derived));
    }
    return is_rounding(actual, expected, bounds_of(*derived, expected.name()));
  };
  for (const ParameterSpec& parameter : parameters_of(spec_))
    compare(parameter, manual, right, known, may_be_rounding, previous_);
}

bool UpdateExamination::counts_differ(const Update& manual, const Update& right) {
  bool differ = false;
  const auto look = [&](Cause cause, const char* name, double actual, double expected, const char* meaning) {
    if (predicts(std::span(&expected, 1), std::span(&actual, 1), DType::float64)) return;
    differ = true;
    add(name, scalar(name, actual), scalar(name, expected),
        {{cause, fmt::format("{:.7g} in {}, {:.7g} in {}", actual, kManual, expected, kAutograd), meaning,
          false}});
  };
  look("learning_rate", "learning_rate", manual.lr, right.lr, "the schedule yields another factor");
  if (counts_steps(spec_.optimizer))
    look("step_count", "step", static_cast<double>(steps_of(manual.after.optimizer)),
         static_cast<double>(steps_of(right.after.optimizer)),
         "the optimiser counts its steps in another way");
  return differ;
}

void UpdateExamination::compare(const ParameterSpec& parameter, const Update& manual,
                                const RightUpdate& right, const DiagnosisContext& known,
                                const std::function<bool(const Tensor&, const Tensor&)>& may_be_rounding,
                                NamedTensors& implied) {
  const UpdateValues values = update_values(spec_, right, parameter);
  const Tensor wanted = with_values(right.gradients.at(parameter.name), values.gradient.values);
  const std::optional<Tensor> used = implied_gradient(spec_, values, manual, parameter);
  if (used) implied.add(*used);

  // A gradient that is wrong itself tells more than what came of it.
  std::vector<Hypothesis> of_gradient;
  const bool wrong_gradient = used && differs(*used, wanted);
  if (wrong_gradient) {
    of_gradient = written(*used, clipping_mistakes(spec_, right, parameter));
    for (Hypothesis& mark : hypotheses(*used, wanted, known)) of_gradient.push_back(std::move(mark));
  }
  // The marks are looked for in `marked`, which is `actual` or a multiple of it.
  const auto supported = [&](const Quantity& quantity, const Tensor& actual, const Tensor& marked,
                             const Tensor& marked_expected, const char* name) {
    std::vector<Hypothesis> all = written(actual, mistakes_of(spec_.optimizer, quantity, values));
    const std::vector<Hypothesis> marks =
        wrong_gradient
            ? of_gradient
            : hypotheses(marked, marked_expected,
                         {.actual = name, .expected = known.expected, .parameters = known.parameters});
    all.insert(all.end(), marks.begin(), marks.end());
    return all;
  };

  bool state_differs = false;
  for (const std::string& name : state_names(spec_.optimizer)) {
    const std::string tensor = join(parameter.name, name);
    const Tensor &actual = manual.after.optimizer.at(tensor), &expected = right.after.optimizer.at(tensor);
    if (!differs(actual, expected) || may_be_rounding(actual, expected)) continue;
    state_differs = true;
    add(tensor, actual, expected, supported({Role::state, name}, actual, actual, expected, "manual's state"));
  }
  const Tensor actual = moved_by(manual, parameter.name), expected = moved_by(right, parameter.name);
  if (state_differs || !differs(actual, expected)) return;
  if (may_be_rounding(manual.after.parameters.at(parameter.name), right.after.parameters.at(parameter.name)))
    return;
  const double rate = right.lr == 0 ? 1 : right.lr;
  add(parameter.name, actual, expected,
      supported({Role::parameter}, actual, divided(actual, rate), divided(expected, rate),
                "manual's step over the learning rate"));
}

void UpdateExamination::add(const std::string& tensor, const Tensor& actual, const Tensor& expected,
                            std::vector<Hypothesis> supported) {
  for (Suspect& suspect : suspects_)
    if (suspect.tensor == tensor) {
      keep_common(suspect.supported, supported);
      return;
    }
  suspects_.push_back(
      {tensor, fmt::format("{} after step {}", tensor, steps_), actual, expected, std::move(supported)});
}

}  // namespace twin
