#include "reports/runs/drift.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <memory>

#include "reports/backends.hpp"
#include "shared/compare/difference.hpp"
#include "shared/data/batches.hpp"
#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/tensors/one_ulp_away.hpp"
#include "shared/train/trainer.hpp"

namespace twin::reports {
namespace {

constexpr double kLimits[] = {1e-12, 1e-9, 1e-6, 1e-3};

RoundingGap rounding_gap(const Tensor& manual, const Tensor& autograd) {
  const std::vector<double> a = manual.to_doubles(), b = autograd.to_doubles();
  RoundingGap gap{autograd.name(), std::ssize(b), 0, difference(manual, autograd).max_ulp};
  for (std::size_t i = 0; i < b.size(); ++i) gap.differ += a[i] != b[i];
  return gap;
}

std::unique_ptr<Network> built(const Backend& backend, const NetworkSpec& spec, DType dtype,
                               const NamedTensors& parameters) {
  std::unique_ptr<Network> network = backend.build(spec, dtype, Device::cpu);
  network->load_parameters(parameters);
  return network;
}

std::vector<RoundingGap> gaps_in_the_first_step(const NetworkSpec& spec, DType dtype,
                                                const NamedTensors& parameters, const Batch& batch) {
  const Trace manual = built(twins().manual, spec, dtype, parameters)->trace_step(batch);
  const Trace autograd = built(*twins().autograd, spec, dtype, parameters)->trace_step(batch);
  std::vector<RoundingGap> gaps;
  for (std::size_t i = 0; i < autograd.size(); ++i)
    gaps.push_back(rounding_gap(manual.at(i).value, autograd[i].value));
  return gaps;
}

// 1, 2, 3, … at first, then ten a decade.
std::int64_t next_point(std::int64_t steps) {
  constexpr double kPerDecade = 10;
  return std::max(steps + 1, static_cast<std::int64_t>(
                                 std::round(static_cast<double>(steps) * std::pow(10.0, 1 / kPerDecade))));
}

}  // namespace

Drift run_drift(const CatalogueEntry& entry, const Dataset& dataset, DType dtype,
                const std::function<void(std::int64_t, std::int64_t)>& on_step) {
  const NamedTensors initial = initial_parameters(entry.spec, dtype, entry.seed);
  const auto manual = built(twins().manual, entry.spec, dtype, initial),
             autograd = built(*twins().autograd, entry.spec, dtype, initial),
             nearby = built(*twins().autograd, entry.spec, dtype, one_ulp_away(initial)),
             locked = built(twins().manual, entry.spec, dtype, initial);
  BatchStream batches(dataset.train, dtype, entry.batch_size, entry.seed);
  const std::int64_t per_epoch = batches.batches_per_epoch(), total = entry.epochs * per_epoch;

  Drift drift;
  std::int64_t step = 0, next = 1;
  for (std::int64_t epoch = 1; epoch <= entry.epochs; ++epoch) {
    batches.begin_epoch(epoch);
    double manual_losses = 0, autograd_losses = 0;
    for (std::int64_t s = 0; s < per_epoch; ++s) {
      const Batch& batch = batches.next();
      if (step++ == 0) drift.first_step = gaps_in_the_first_step(entry.spec, dtype, initial, batch);
      const bool measured = step == next || step == total;
      if (measured) {
        next = next_point(step);
        load(*locked, state_of(*autograd));
        locked->train_step(batch);
      }
      const double manual_loss = manual->train_step(batch), autograd_loss = autograd->train_step(batch);
      nearby->train_step(batch);
      if (!std::isfinite(manual_loss) || !std::isfinite(autograd_loss))
        throw NumericError(
            fmt::format("the loss became {}", std::isfinite(manual_loss) ? autograd_loss : manual_loss),
            fmt::format("{}, step {}", entry.name, step));
      manual_losses += manual_loss;
      autograd_losses += autograd_loss;
      if (measured) {
        const NamedTensors weights = autograd->parameters();
        drift.points.push_back({step, largest_relative_gap(manual->parameters(), weights),
                                largest_relative_gap(nearby->parameters(), weights),
                                largest_relative_gap(locked->parameters(), weights)});
      }
      if (on_step) on_step(step, total);
    }
    if (per_epoch == 1 && epoch < entry.epochs) continue;
    const NamedTensors weights = autograd->parameters();
    drift.epochs.push_back({epoch, step, manual_losses / static_cast<double>(per_epoch),
                            autograd_losses / static_cast<double>(per_epoch),
                            scores(*manual, dataset.test, dtype).accuracy.value(),
                            scores(*autograd, dataset.test, dtype).accuracy.value(),
                            largest_relative_gap(manual->parameters(), weights),
                            largest_relative_gap(nearby->parameters(), weights)});
  }
  return drift;
}

std::vector<RoundingGap> gaps_of_layers(const NetworkSpec& spec, std::int64_t rows, DType dtype, Seed seed) {
  const auto gap = [&](std::string name, const Example& layer, const NamedTensors& weights, const Tensor& x) {
    return rounding_gap(
        built(twins().manual, layer.spec, dtype, weights)->predict(x.view()),
        built(*twins().autograd, layer.spec, dtype, weights)->predict(x.view()).renamed(std::move(name)));
  };
  const Shape input = input_shape(spec, rows);
  const LayerSpec &layer = spec.layers.at(0), &next = spec.layers.at(1);
  const Example first = layer_example("first", {layer}, input),
                second = layer_example("second", {next}, output_shape(layer, input));
  const NamedTensors parameters = initial_parameters(first, dtype, seed);
  const Tensor inputs = random_batch(first, dtype, seed).inputs;
  NamedTensors no_bias, integers;
  for (const ParameterSpec& parameter : parameters_of(first.spec)) {
    const Tensor& values = parameters.at(parameter.name);
    no_bias.add(parameter.role == ParameterRole::bias ? Tensor::zeros(parameter.name, parameter.shape, dtype)
                                                      : values);
    integers.add(rounded_to_integers(values));
  }
  return {gap("first", first, parameters, inputs), gap("first_no_bias", first, no_bias, inputs),
          gap("first_integers", first, integers, rounded_to_integers(inputs)),
          gap("second", second, initial_parameters(second, dtype, seed),
              random_batch(second, dtype, seed).inputs)};
}

std::int64_t passes(const std::vector<DriftPoint>& points, double DriftPoint::*gap, double limit) {
  for (const DriftPoint& point : points)
    if (point.*gap > limit) return point.steps;
  return 0;
}

Json json_of(const RoundingGap& gap) {
  return {{"quantity", gap.quantity},
          {"elements", gap.elements},
          {"differ", gap.differ},
          {"max_ulp", gap.max_ulp}};
}

Json json_of(const Drift& drift) {
  Json points = Json::array(), epochs = Json::array(), first = Json::array(), passages = Json::array();
  for (const DriftPoint& point : drift.points)
    points.push_back(
        {{"steps", point.steps}, {"twins", point.twins}, {"nearby", point.nearby}, {"locked", point.locked}});
  for (const DriftEpoch& epoch : drift.epochs)
    epochs.push_back({{"epoch", epoch.epoch},
                      {"steps", epoch.steps},
                      {"loss_manual", epoch.loss_manual},
                      {"loss_autograd", epoch.loss_autograd},
                      {"accuracy_manual", epoch.accuracy_manual},
                      {"accuracy_autograd", epoch.accuracy_autograd},
                      {"twins", epoch.twins},
                      {"nearby", epoch.nearby}});
  for (const RoundingGap& gap : drift.first_step) first.push_back(json_of(gap));
  const auto step = [](std::int64_t steps) { return steps > 0 ? Json(steps) : Json(); };
  for (const double limit : kLimits)
    passages.push_back({{"limit", limit},
                        {"twins", step(passes(drift.points, &DriftPoint::twins, limit))},
                        {"nearby", step(passes(drift.points, &DriftPoint::nearby, limit))}});
  return {{"points", std::move(points)},
          {"epochs", std::move(epochs)},
          {"first_step", std::move(first)},
          {"passes", std::move(passages)}};
}

}  // namespace twin::reports
