#include "shared/compare_networks/equivalence.hpp"

#include <fmt/format.h>
#include <memory>

#include "shared/compare/finite_differences.hpp"
#include "shared/compare/tolerances.hpp"
#include "shared/errors.hpp"

namespace twin {
namespace {

constexpr const char* kInput = "input";  // what Gradients::input is called

Tensor scalar(double value) { return {"loss", {}, std::vector<double>{value}}; }

/// Judges the hand by autograd: in float64 directly, in float32 by the distance of both from autograd in
/// float64.
class Comparison {
 public:
  Comparison(const Twins& twins, const NetworkSpec& spec, const NamedTensors& parameters,
             const EquivalenceOptions& options)
      : twins_(twins),
        spec_(spec),
        options_(options),
        manual_(twins.manual.build(spec, options.dtype, Device::cpu)),
        autograd_(twins.autograd->build(spec, options.dtype, options.device)),
        exact_(options.dtype == DType::float64
                   ? nullptr
                   : twins.autograd->build(spec, DType::float64, options.device)) {
    const NamedTensors rounded = parameters.as(options.dtype);
    manual_->load_parameters(rounded);
    autograd_->load_parameters(rounded);
    if (exact_) exact_->load_parameters(rounded.as(DType::float64));
  }

  void gradients(const OwnedBatch& batch) {
    const OwnedBatch rounded = batch.as(options_.dtype);
    const Gradients hand = manual_->gradients(rounded.view());
    const Gradients oracle = autograd_->gradients(rounded.view());
    const Gradients exact = exact_ ? exact_->gradients(rounded.as(DType::float64).view()) : Gradients{};
    const StepErrors errors = step_errors(rounded);

    judge_loss(1, hand.loss, oracle.loss, exact.loss, errors);
    judge_all("gradient", 1, hand.parameters, oracle.parameters, exact.parameters, errors.gradients);
    judge("input_gradient", 1, hand.input, oracle.input, exact.input, errors.input_gradient);
  }

  void step(std::int64_t number, const OwnedBatch& batch) {
    // Weights and state set equal: this step is judged by itself, not by what earlier ones have left.
    manual_->load_parameters(autograd_->parameters());
    manual_->load_optimizer_state(autograd_->optimizer_state());
    if (exact_) {
      exact_->load_parameters(autograd_->parameters().as(DType::float64));
      exact_->load_optimizer_state(autograd_->optimizer_state().as(DType::float64));
    }
    const OwnedBatch rounded = batch.as(options_.dtype);
    const StepErrors errors = step_errors(rounded);
    const double hand_loss = manual_->train_step(rounded.view());
    const double oracle_loss = autograd_->train_step(rounded.view());
    const double exact_loss = exact_ ? exact_->train_step(rounded.as(DType::float64).view()) : 0;
    judge_loss(number, hand_loss, oracle_loss, exact_loss, errors);
    judge_all("weight", number, manual_->parameters(), autograd_->parameters(),
              exact_ ? exact_->parameters() : NamedTensors{}, errors.parameters);
    judge_all("optimizer_state", number, manual_->optimizer_state(), autograd_->optimizer_state(),
              exact_ ? exact_->optimizer_state() : NamedTensors{}, errors.optimizer_state);
  }

  std::vector<CheckRow> rows;

 private:
  StepErrors step_errors(const OwnedBatch& batch) const {
    return twins_.errors(spec_, autograd_->parameters(), autograd_->optimizer_state(), batch.view());
  }

  void judge(const char* quantity, std::int64_t step, const Tensor& hand, const Tensor& oracle,
             const Tensor& exact, const std::vector<RunningError>& errors) {
    CheckRow row =
        exact_ ? judge_float32(hand, oracle, exact, errors) : judge_float64(hand, oracle, errors);
    row.twin = "manual";
    row.oracle = "autograd";
    row.quantity = quantity;
    row.tensor = oracle.name();
    row.step = step;
    rows.push_back(std::move(row));
  }

  void judge_loss(std::int64_t step, double hand, double oracle, double exact,
                  const StepErrors& errors) {
    judge("loss", step, scalar(hand), scalar(oracle), scalar(exact), {errors.loss});
  }

  void judge_all(const char* quantity, std::int64_t step, const NamedTensors& hand,
                 const NamedTensors& oracle, const NamedTensors& exact, const NamedErrors& errors) {
    for (const Tensor& tensor : oracle) {
      const std::string& name = tensor.name();
      judge(quantity, step, hand.at(name), tensor, exact_ ? exact.at(name) : tensor, find(errors, name));
    }
  }

  static const std::vector<RunningError>& find(const NamedErrors& errors, const std::string& name) {
    for (const auto& [tensor, values] : errors)
      if (tensor == name) return values;
    throw ShapeError(fmt::format("no bound for {}", name));
  }

  const Twins& twins_;
  const NetworkSpec& spec_;
  const EquivalenceOptions& options_;
  std::unique_ptr<Network> manual_, autograd_, exact_;
};

// With that of the input behind those of the parameters.
NamedTensors all_gradients(Network& network, const OwnedBatch& batch) {
  Gradients computed = network.gradients(batch.view());
  computed.parameters.add(std::move(computed.input));
  return std::move(computed.parameters);
}

// Judges network.gradients() by differences of network.loss(), the input last. Leaves other parameters
// behind.
std::vector<CheckRow> judge_by_finite_differences(Network& network, std::string_view name,
                                                  const OwnedBatch& batch, const RunningError& loss, Seed seed) {
  const NamedTensors gradients = all_gradients(network, batch);
  NamedTensors point = network.parameters();
  point.add(batch.inputs.renamed(kInput));
  const LossFunction loss_at = [&](const NamedTensors& moved) {
    network.load_parameters(moved);
    return network.loss({moved.at(kInput).view(), batch.targets.view()});
  };
  std::vector<CheckRow> rows = judge_by_finite_differences(
      loss_at, point, gradients, name,
      {.seed = seed,
       .loss_rounding = tolerance::kLikelyRoundings * loss.likely_error(unit_roundoff(DType::float64))});
  for (CheckRow& row : rows)
    if (row.tensor == kInput) row.quantity = "input_gradient";
  return rows;
}

}  // namespace

std::vector<CheckRow> check_equivalence(const Twins& twins, const NetworkSpec& spec,
                                        const NamedTensors& parameters,
                                        const std::vector<OwnedBatch>& batches,
                                        const EquivalenceOptions& options) {
  std::vector<CheckRow> rows;
  const OwnedBatch& first = batches.at(0);
  for (const Backend* backend : {&twins.manual, twins.autograd}) {
    if (!backend || !options.repeats) continue;
    const Device device = backend == &twins.manual ? Device::cpu : options.device;
    const std::unique_ptr<Network> network = backend->build(spec, options.dtype, device);
    network->load_parameters(parameters.as(options.dtype));
    const OwnedBatch rounded = first.as(options.dtype);
    rows.push_back(judge_repetition(all_gradients(*network, rounded), all_gradients(*network, rounded),
                                    backend->name()));
  }
  if (twins.autograd) {
    Comparison comparison(twins, spec, parameters, options);
    comparison.gradients(first);
    for (std::int64_t s = 0; s < options.steps; ++s)
      comparison.step(s + 1, batches[static_cast<std::size_t>(s) % batches.size()]);
    rows.insert(rows.end(), comparison.rows.begin(), comparison.rows.end());
  }

  if (options.dtype == DType::float64 && options.finite_differences) {
    const RunningError loss = twins.errors(spec, parameters, {}, first.view()).loss;
    for (const Backend* backend : {&twins.manual, twins.autograd}) {
      if (!backend) continue;
      const Device device = backend == &twins.manual ? Device::cpu : options.device;
      const std::unique_ptr<Network> network = backend->build(spec, DType::float64, device);
      network->load_parameters(parameters);
      for (CheckRow& row : judge_by_finite_differences(*network, backend->name(), first, loss, options.seed))
        rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace twin
