#include "shared/specs/network_spec.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shared/errors.hpp"
#include "shared/specs/hyperparameter.hpp"

namespace twin {
namespace {

Shape with_batch(std::int64_t batch, const Shape& sample) {
  Shape shape{batch};
  shape.insert(shape.end(), sample.begin(), sample.end());
  return shape;
}

Shape without_batch(const Shape& shape) { return {shape.begin() + 1, shape.end()}; }

// Of the layer that is given the inputs; empty when there is none.
std::string first_path(const NetworkSpec& spec) {
  return spec.layers.empty() ? "" : spec.layers.front().name;
}

// hyperparameters() hands out places to write to; a copy is enough to read from.
template <typename Spec>
HyperparameterFields fields_of(Spec& spec) {
  return std::visit([](auto& kind) { return kind.hyperparameters(); }, spec);
}

void validate_sign(double target) {
  if (target != 1 && target != -1) throw DataError(fmt::format("a target is {}", target), {}, "give 1 or -1");
}

}  // namespace

void validate(const HyperparameterFields& fields) {
  for (const HyperparameterField& field : fields) {
    const double value = *field.value;
    if (std::isfinite(value) && value >= 0 && (value > 0 || field.zero_allowed) && value < field.below)
      continue;
    const std::string limit = std::isfinite(field.below) ? fmt::format(" and below {}", field.below) : "";
    throw UsageError(
        fmt::format("{} is {}", field.name, value), {},
        fmt::format("give a finite number {} 0{}", field.zero_allowed ? "of at least" : "above", limit));
  }
}

InitialiserSpec initialiser_named(std::string_view name) {
  if (name == kInitialisers[0]) return UniformInitialiser{};
  if (name == kInitialisers[1]) return XavierUniformInitialiser{};
  if (name == kInitialisers[2]) return KaimingUniformInitialiser{};
  throw UsageError(fmt::format("unknown initialiser {}", name), {},
                   fmt::format("choose from {}", fmt::join(kInitialisers, ", ")));
}

std::string_view name_of(const InitialiserSpec& initialiser) { return kInitialisers[initialiser.index()]; }

void validate(const NetworkSpec& spec) {
  validate(spec.layers);
  if (const Shape x = input_shape(spec, 1); !x.empty()) {
    expect_extents(x, first_path(spec));
    target_shape(spec.loss, output_shape(spec.layers, x));
  }
  std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.validate(); }) kind.validate();
      },
      spec.loss);
  OptimizerSpec optimizer = spec.optimizer;
  validate(fields_of(optimizer));
  std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.validate(); }) kind.validate();
      },
      optimizer);
  if (std::optional<ScheduleSpec> schedule = spec.schedule) {
    validate(fields_of(*schedule));
    std::visit([](const auto& kind) { kind.validate(); }, *schedule);
  }
  if (std::optional<ClippingSpec> clipping = spec.clipping) validate(fields_of(*clipping));
}

std::vector<ParameterSpec> parameters_of(const NetworkSpec& spec) { return parameters_of(spec.layers); }

std::int64_t parameter_count(const NetworkSpec& spec) {
  std::int64_t count = 0;
  for (const ParameterSpec& parameter : parameters_of(spec)) count += element_count(parameter.shape);
  return count;
}

std::vector<BufferSpec> buffers_of(const NetworkSpec& spec) { return buffers_of(spec.layers); }

Shape input_shape(const NetworkSpec& spec) {
  return spec.input.empty() ? default_input(spec.layers) : spec.input;
}

Shape input_shape(const NetworkSpec& spec, std::int64_t batch) {
  const Shape sample = input_shape(spec);
  return sample.empty() ? Shape{} : with_batch(batch, sample);
}

Shape output_shape(const NetworkSpec& spec, std::int64_t batch) {
  const Shape input = input_shape(spec, batch);
  return input.empty() ? Shape{} : output_shape(spec.layers, input);
}

std::int64_t input_features(const NetworkSpec& spec) {
  const Shape input = input_shape(spec);
  return input.empty() ? 0 : element_count(input);
}

std::int64_t output_features(const NetworkSpec& spec) {
  const Shape outputs = output_shape(spec, 1);
  return outputs.empty() ? 0 : element_count(outputs);
}

Shape layer_input_shape(const NetworkSpec& spec, const Shape& given) {
  if (given.size() < 2)
    throw ShapeError(fmt::format("inputs: expected N×features, got {}", to_string(given)));
  expect_extents(given, first_path(spec));
  const Shape sample = input_shape(spec);
  if (sample.empty()) return given;
  const Shape flat = without_batch(given);
  if (flat == sample) return given;
  if (element_count(flat) != element_count(sample) || flat.size() > 1)
    throw ShapeError(fmt::format("inputs: expected {}, got {}", to_string(with_batch(given[0], sample)),
                                 to_string(given)));
  return with_batch(given[0], sample);
}

void validate_further(const NetworkSpec& spec, const Shape& x, DType dtype, const NamedTensors* further) {
  const std::vector<std::string> names = further_inputs_of(spec.layers);
  const auto refuse = [&](const std::string& given) {
    throw ShapeError(fmt::format("further inputs: expected {}, got {}",
                                 names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")), given));
  };
  NamedShapes shapes;
  for (const std::string& name : names) {
    if (!further || !further->contains(name)) refuse(further ? "no " + name : "none");
    const Tensor& tensor = further->at(name);
    expect_dtype(name, dtype, tensor.dtype());
    expect_extents(tensor.shape(), name);
    shapes.emplace(name, tensor.shape());
  }
  if (further)
    for (const Tensor& tensor : *further)
      if (!shapes.contains(tensor.name())) refuse(tensor.name());
  validate_further(spec.layers, x, shapes);
}

std::string widths_of(const NetworkSpec& spec) {
  Shape x = with_batch(1, input_shape(spec));
  std::vector<std::string> widths{x.size() > 1 ? to_string(without_batch(x)) : "any"};
  for (const LayerSpec& layer : spec.layers) {
    if (x.size() > 1) x = output_shape(layer, x);
    if (!parameters_of(std::vector{layer}).empty()) widths.push_back(to_string(without_batch(x)));
  }
  return fmt::format("{}", fmt::join(widths, "-"));
}

bool takes_labels(const LossSpec& loss) {
  return std::visit([](const auto& kind) { return kind.takes_labels; }, loss);
}

bool takes_rows_of_labels(const LossSpec& loss) {
  return takes_labels(loss) && std::visit(
                                   [](const auto& kind) {
                                     return !requires { kind.takes_every_extent; };
                                   },
                                   loss);
}

Shape target_shape(const LossSpec& loss, const Shape& outputs) {
  return std::visit(
      [&](const auto& kind) -> Shape {
        if constexpr (requires { kind.target_shape(outputs); })
          return kind.target_shape(outputs);
        else
          return {outputs.begin(), outputs.end() - (kind.takes_labels ? 1 : 0)};
      },
      loss);
}

void validate_targets(const LossSpec& loss, const Shape& outputs, const Shape& expected, DType dtype,
                      const TensorView& targets) {
  expect_dtype("targets", takes_labels(loss) ? DType::int64 : dtype, targets.dtype);
  if (targets.shape != expected)
    throw ShapeError(
        fmt::format("targets: expected {}, got {}", to_string(expected), to_string(targets.shape)));
  const auto validate_each = [&](const auto& validate_target) {
    if (dtype == DType::float32)
      for (const float value : targets.data<float>()) validate_target(static_cast<double>(value));
    else
      for (const double value : targets.data<double>()) validate_target(value);
  };
  std::visit(
      [&](const auto& kind) {
        if constexpr (requires { kind.validate_labels(targets.data<std::int64_t>(), outputs); })
          kind.validate_labels(targets.data<std::int64_t>(), outputs);
        if constexpr (requires { kind.takes_signs; }) validate_each(validate_sign);
        if constexpr (requires { kind.validate_target(0.0); })
          validate_each([&](double value) { kind.validate_target(value); });
      },
      loss);
}

Tensor predicted_targets(const LossSpec& loss, Tensor outputs) {
  return std::visit(
      [&](const auto& kind) -> Tensor {
        if constexpr (requires { kind.predicted_targets(outputs); })
          return kind.predicted_targets(outputs);
        else
          return std::move(outputs);
      },
      loss);
}

std::vector<Hyperparameter> hyperparameters_of(const LossSpec& loss) {
  return std::visit(
      [](const auto& kind) -> std::vector<Hyperparameter> {
        if constexpr (requires { kind.hyperparameters(); })
          return kind.hyperparameters();
        else
          return {};
      },
      loss);
}

std::vector<Hyperparameter> hyperparameters_of(const OptimizerSpec& optimizer) {
  OptimizerSpec copy = optimizer;
  std::vector<Hyperparameter> all;
  for (const HyperparameterField& field : fields_of(copy)) all.push_back({field.name, *field.value});
  return all;
}

void set_hyperparameter(OptimizerSpec& optimizer, std::string_view name, double value) {
  std::vector<std::string_view> names;
  for (const HyperparameterField& field : fields_of(optimizer)) {
    names.push_back(field.name);
    if (field.name == name) {
      *field.value = value;
      return;
    }
  }
  throw UsageError(fmt::format("this optimiser has no {}", name), {},
                   fmt::format("it has {}", fmt::join(names, ", ")));
}

double learning_rate(const OptimizerSpec& optimizer) {
  return std::visit([](const auto& kind) { return kind.lr; }, optimizer);
}

std::vector<std::string> state_names(const OptimizerSpec& optimizer) {
  return std::visit([](const auto& kind) { return kind.state_names(); }, optimizer);
}

bool counts_steps(const OptimizerSpec& optimizer) {
  return std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.counts_steps(); })  // where it depends on an option
          return kind.counts_steps();
        else
          return kind.counts_steps;
      },
      optimizer);
}

std::vector<Prediction> mistakes_of(const OptimizerSpec& optimizer, const Quantity& quantity,
                                    const UpdateValues& values) {
  return std::visit([&](const auto& kind) { return kind.mistakes(quantity, values); }, optimizer);
}

std::vector<Prediction> mistakes_of(const LossSpec& loss, const LossValues& values) {
  return std::visit(
      [&](const auto& kind) -> std::vector<Prediction> {
        if constexpr (requires { kind.mistakes(values); })
          return kind.mistakes(values);
        else
          return {};
      },
      loss);
}

double training_step_flops(const NetworkSpec& spec, std::int64_t batch) {
  Shape x = input_shape(spec, batch);
  if (x.empty()) return 0;
  double flops = 0;
  bool needs_d_x = false;  // up to the first layer with parameters, nobody asks for a gradient of the inputs
  for (const LayerSpec& layer : spec.layers) {
    flops += (needs_d_x ? 3 : 2) * forward_flops({layer}, x);
    needs_d_x = needs_d_x || !parameters_of(std::vector{layer}).empty();
    x = output_shape(layer, x);
  }
  return flops;
}

}  // namespace twin
