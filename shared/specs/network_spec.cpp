#include "shared/specs/network_spec.hpp"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

#include "shared/errors.hpp"

namespace twin {
namespace {

std::vector<DenseSpec> dense_layers(const NetworkSpec& spec) {
  std::vector<DenseSpec> dense;
  for (const LayerSpec& layer : spec.layers)
    if (const auto* kind = std::get_if<DenseSpec>(&layer.kind)) dense.push_back(*kind);
  return dense;
}

void expect_hyperparameter(std::string_view name, double value, bool zero_allowed) {
  if (!std::isfinite(value) || value < 0 || (value == 0 && !zero_allowed))
    throw UsageError(fmt::format("{} is {}", name, value), {},
                     fmt::format("give a finite number {} 0", zero_allowed ? "of at least" : "above"));
}

}  // namespace

NetworkSpec mlp(const std::vector<std::int64_t>& widths, LossSpec loss, OptimizerSpec optimizer,
                InitialiserSpec initialiser) {
  if (widths.size() < 2)
    throw ShapeError(fmt::format("an MLP of {} widths", widths.size()), {}, "give two or more");
  const bool takes_logits = std::holds_alternative<CrossEntropyLossSpec>(loss);
  const std::size_t dense_count = widths.size() - 1;
  NetworkSpec spec{{}, loss, optimizer, initialiser};
  for (std::size_t i = 0; i < dense_count; ++i) {
    const bool last = i + 1 == dense_count;
    const std::string name = last ? "output" : dense_count == 2 ? "hidden" : fmt::format("hidden{}", i + 1);
    spec.layers.push_back({name, DenseSpec{widths[i], widths[i + 1]}});
    if (!last || !takes_logits) spec.layers.push_back({name + "_sigmoid", SigmoidSpec{}});
  }
  validate(spec);
  return spec;
}

void validate(const NetworkSpec& spec) {
  std::set<std::string> names;
  for (const LayerSpec& layer : spec.layers) {
    if (!names.insert(layer.name).second)
      throw ShapeError(fmt::format("two layers are named {}", layer.name));
    if (const auto* dense = std::get_if<DenseSpec>(&layer.kind)) {
      positive(dense->in_features, layer.name + " in_features");
      positive(dense->out_features, layer.name + " out_features");
    }
  }
  const std::vector<DenseSpec> dense = dense_layers(spec);
  for (std::size_t i = 1; i < dense.size(); ++i)
    if (dense[i].in_features != dense[i - 1].out_features)
      throw ShapeError(fmt::format("dense layer {} expects {} features, layer {} yields {}", i + 1,
                                   dense[i].in_features, i, dense[i - 1].out_features));
  expect_hyperparameter("lr", sgd(spec).lr, false);
  expect_hyperparameter("momentum", sgd(spec).momentum, true);
}

std::vector<ParameterSpec> parameters_of(const NetworkSpec& spec) {
  std::vector<ParameterSpec> parameters;
  for (const LayerSpec& layer : spec.layers) {
    if (const auto* dense = std::get_if<DenseSpec>(&layer.kind)) {
      parameters.push_back({layer.name + ".weight", {dense->out_features, dense->in_features}, false});
      parameters.push_back({layer.name + ".bias", {dense->out_features}, true});
    }
  }
  return parameters;
}

std::int64_t parameter_count(const NetworkSpec& spec) {
  std::int64_t count = 0;
  for (const ParameterSpec& parameter : parameters_of(spec)) count += element_count(parameter.shape);
  return count;
}

std::int64_t input_features(const NetworkSpec& spec) {
  const std::vector<DenseSpec> dense = dense_layers(spec);
  return dense.empty() ? 0 : dense.front().in_features;
}

std::int64_t output_features(const NetworkSpec& spec) {
  const std::vector<DenseSpec> dense = dense_layers(spec);
  return dense.empty() ? 0 : dense.back().out_features;
}

std::string widths_of(const NetworkSpec& spec) {
  std::vector<std::int64_t> widths{input_features(spec)};
  for (const DenseSpec& dense : dense_layers(spec)) widths.push_back(dense.out_features);
  return fmt::format("{}", fmt::join(widths, "-"));
}

SgdSpec& sgd(NetworkSpec& spec) { return std::get<SgdSpec>(spec.optimizer); }
const SgdSpec& sgd(const NetworkSpec& spec) { return std::get<SgdSpec>(spec.optimizer); }

double training_step_flops(const NetworkSpec& spec, std::int64_t batch) {
  double flops = 0;
  bool first = true;
  for (const DenseSpec& dense : dense_layers(spec)) {
    const double product = 2.0 * static_cast<double>(batch) * static_cast<double>(dense.in_features) *
                           static_cast<double>(dense.out_features);
    flops += (first ? 2 : 3) * product;
    first = false;
  }
  return flops;
}

}  // namespace twin
