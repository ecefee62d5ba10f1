#include "shared/compare_networks/equivalence.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <set>

#include "shared/compare/finite_differences.hpp"
#include "shared/compare/tolerances.hpp"
#include "shared/compare_networks/kinks.hpp"
#include "shared/errors.hpp"

namespace twin {
namespace {

constexpr const char* kInput = "input";  // what Gradients::input is called

Tensor scalar(double value) { return {"loss", {}, std::vector<double>{value}}; }

/// Judges the manual network by the autograd one: in float64 directly, in float32 by the distance of both
/// from autograd in float64.
class StepJudge {
 public:
  StepJudge(const Twins& twins, const NetworkSpec& spec, const NamedTensors& parameters,
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
    const Gradients manual = manual_->gradients(rounded.view());
    const Gradients autograd = autograd_->gradients(rounded.view());
    const Gradients exact = exact_ ? exact_->gradients(rounded.as(DType::float64).view()) : Gradients{};
    Kinks kinks = kinks_of(state_of(*autograd_), rounded);

    judge_loss(1, manual.loss, autograd.loss, exact.loss, kinks);
    judge_all("gradient", 1, manual.parameters, autograd.parameters, exact.parameters, &StepErrors::gradients,
              kinks);
    if (autograd.input)
      judge(
          "input_gradient", 1, manual.input.value(), *autograd.input, exact_ ? *exact.input : *autograd.input,
          [](const StepErrors& errors) { return errors.input_gradient; }, kinks);
    judge_all("input_gradient", 1, manual.further, autograd.further, exact.further,
              &StepErrors::further_gradients, kinks);
  }

  void step(std::int64_t number, const OwnedBatch& batch) {
    // This step is judged by itself, not by what earlier ones have left.
    const NetworkState before = set_equal();
    const OwnedBatch rounded = batch.as(options_.dtype);
    Kinks kinks = kinks_of(before, rounded);
    const double manual_loss = manual_->train_step(rounded.view());
    const double autograd_loss = autograd_->train_step(rounded.view());
    const double exact_loss = exact_ ? exact_->train_step(rounded.as(DType::float64).view()) : 0;
    judge_loss(number, manual_loss, autograd_loss, exact_loss, kinks);
    const NetworkState manual = state_of(*manual_), autograd = state_of(*autograd_),
                       exact = exact_ ? state_of(*exact_) : NetworkState{};
    judge_all("weight", number, manual.parameters, autograd.parameters, exact.parameters,
              &StepErrors::parameters, kinks);
    judge_all("optimizer_state", number, manual.optimizer, autograd.optimizer, exact.optimizer,
              &StepErrors::optimizer_state, kinks);
    judge_all("buffer", number, manual.buffers, autograd.buffers, exact.buffers, &StepErrors::buffers, kinks);
  }

  /// In evaluation mode, after `number` steps.
  void outputs(std::int64_t number, const OwnedBatch& batch) {
    const NetworkState state = set_equal();
    const OwnedBatch rounded = batch.as(options_.dtype);
    const Tensor manual = manual_->predict(rounded.view());
    const Tensor autograd = autograd_->predict(rounded.view());
    const Tensor exact = exact_ ? exact_->predict(rounded.as(DType::float64).view()) : autograd;
    const std::vector<RunningError> bounds =
        twins_.errors(spec_, state, rounded.view(), {.mode = Mode::evaluation}).outputs;
    rows.push_back(judged("output", number, manual, autograd, exact, bounds));
  }

  std::vector<CheckRow> rows;

 private:
  // Gives every network what autograd holds.
  NetworkState set_equal() {
    NetworkState state = state_of(*autograd_);
    load(*manual_, state);
    if (exact_) load(*exact_, state.as(DType::float64));
    return state;
  }

  // `batch` outlives the result.
  Kinks kinks_of(NetworkState before, const OwnedBatch& batch) const {
    return Kinks([this, before = std::move(before), &batch](const std::vector<std::int64_t>& turned) {
      return twins_.errors(spec_, before, batch.view(), {.turned = turned});
    });
  }

  CheckRow judged(const char* quantity, std::int64_t step, const Tensor& manual, const Tensor& autograd,
                  const Tensor& exact, const std::vector<RunningError>& bounds) const {
    CheckRow row =
        exact_ ? judge_float32(manual, autograd, exact, bounds) : judge_float64(manual, autograd, bounds);
    row.twin = "manual";
    row.oracle = "autograd";
    row.quantity = quantity;
    row.tensor = autograd.name();
    row.step = step;
    return row;
  }

  void judge(const char* quantity, std::int64_t step, const Tensor& manual, const Tensor& autograd,
             const Tensor& exact, const Kinks::Select& select, Kinks& kinks) {
    rows.push_back(judged(quantity, step, manual, autograd, exact, select(kinks.errors())));
    if (rows.back().failed() && kinks.explain(manual, autograd, select)) rows.back().verdict = Verdict::kink;
  }

  void judge_loss(std::int64_t step, double manual, double autograd, double exact, Kinks& kinks) {
    judge(
        "loss", step, scalar(manual), scalar(autograd), scalar(exact),
        [](const StepErrors& errors) { return std::vector{errors.loss}; }, kinks);
  }

  void judge_all(const char* quantity, std::int64_t step, const NamedTensors& manual,
                 const NamedTensors& autograd, const NamedTensors& exact, NamedErrors StepErrors::*bounds,
                 Kinks& kinks) {
    for (const Tensor& tensor : autograd) {
      const std::string& name = tensor.name();
      judge(
          quantity, step, manual.at(name), tensor, exact_ ? exact.at(name) : tensor,
          [&](const StepErrors& errors) { return find(errors.*bounds, name); }, kinks);
    }
  }

  static const std::vector<RunningError>& find(const NamedErrors& bounds, const std::string& name) {
    for (const auto& [tensor, values] : bounds)
      if (tensor == name) return values;
    throw ShapeError(fmt::format("no bound for {}", name));
  }

  const Twins& twins_;
  const NetworkSpec& spec_;
  const EquivalenceOptions& options_;
  std::unique_ptr<Network> manual_, autograd_, exact_;
};

// The same inputs, each moved by up to a 64th of the largest: zeros too.
OwnedBatch beside(const OwnedBatch& batch, Seed seed) {
  OwnedBatch moved = batch;
  const RandomStream stream(seed, Purpose::test_data);
  std::uint64_t i = 0;
  const auto move = [&](Tensor& tensor) {
    const double reach = 0x1p-6 * difference(tensor, tensor).scale;
    for (double& x : tensor.data<double>()) x += stream.uniform(i++, -reach, reach);
  };
  if (batch.inputs.dtype() != DType::int64) move(moved.inputs);
  for (Tensor& tensor : moved.further) move(tensor);
  return moved;
}

// Judges network.gradients() by differences of network.loss(), the inputs last; those of the tensors `only`,
// unless it is empty. Leaves other parameters behind.
std::vector<CheckRow> judge_by_finite_differences(Network& network, const NetworkSpec& spec,
                                                  std::string_view name, const OwnedBatch& batch,
                                                  const RunningError& loss, Seed seed,
                                                  const std::set<std::string>& only) {
  const Gradients computed = network.gradients(batch.view());
  NamedTensors gradients;
  for (Tensor& gradient : computed.all())
    if (only.empty() || only.contains(gradient.name())) gradients.add(std::move(gradient));
  NamedTensors point = network.parameters();
  if (computed.input) point.add(batch.inputs.renamed(kInput));
  for (const Tensor& tensor : batch.further) point.add(tensor);
  NamedTensors further = batch.further;
  const LossFunction loss_at = [&](const NamedTensors& moved) {
    network.load_parameters(moved);
    for (Tensor& tensor : further) tensor = moved.at(tensor.name());
    return network.loss({computed.input ? moved.at(kInput).view() : batch.inputs.view(), batch.targets.view(),
                         further.size() > 0 ? &further : nullptr});
  };
  const std::vector<ParameterPart> constants = without_gradient_of(spec.layers);
  const auto is_constant = [&](const std::string& tensor, std::size_t entry) {
    const auto i = static_cast<std::int64_t>(entry);
    return std::any_of(constants.begin(), constants.end(), [&](const ParameterPart& part) {
      return part.name == tensor && i >= part.first && i < part.first + part.count;
    });
  };
  std::vector<CheckRow> rows = judge_by_finite_differences(
      loss_at, point, gradients, name,
      {.seed = seed,
       .loss_rounding = tolerance::kLikelyRoundings * loss.likely_error(unit_roundoff(DType::float64)),
       .leaves_out = is_constant});
  for (CheckRow& row : rows)
    if (row.tensor == kInput || batch.further.contains(row.tensor)) row.quantity = "input_gradient";
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
    const auto gradients = [&] { return network->gradients(rounded.view()).all(); };
    rows.push_back(judge_repetition(gradients(), gradients(), backend->name()));
  }
  if (twins.autograd) {
    // Networks of their own: what gradients() leaves behind must not help the steps.
    StepJudge at_first(twins, spec, parameters, options), in_training(twins, spec, parameters, options);
    at_first.gradients(first);
    for (std::int64_t s = 0; s < options.steps; ++s)
      in_training.step(s + 1, batches[static_cast<std::size_t>(s) % batches.size()]);
    in_training.outputs(options.steps, first);
    for (const StepJudge* judge : {&at_first, &in_training})
      rows.insert(rows.end(), judge->rows.begin(), judge->rows.end());
  }

  if (options.dtype == DType::float64 && options.finite_differences) {
    const std::unique_ptr<Network> fresh = twins.manual.build(spec, DType::float64, Device::cpu);
    fresh->load_parameters(parameters);
    const StepErrors here = twins.errors(spec, state_of(*fresh), first.view(), {});
    for (const Backend* backend : {&twins.manual, twins.autograd}) {
      if (!backend) continue;
      const Device device = backend == &twins.manual ? Device::cpu : options.device;
      const std::unique_ptr<Network> network = backend->build(spec, DType::float64, device);
      const auto judge = [&](const OwnedBatch& batch, const std::set<std::string>& only) {
        network->load_parameters(parameters);
        return judge_by_finite_differences(*network, spec, backend->name(), batch, here.loss, options.seed,
                                           only);
      };
      std::vector<CheckRow> judged = judge(first, {});
      std::set<std::string> failed;
      for (const CheckRow& row : judged)
        if (row.failed()) failed.insert(row.tensor);
      // An input that moves several decisions which are ties or too close to call (in the even background of
      // a picture, all values of a window are equal) has slopes on its two sides, between which the gradient
      // of none need lie. What is wrong is wrong a little beside such a point, too.
      if (!failed.empty())
        for (CheckRow& again : judge(beside(first, options.seed), failed))
          *std::find_if(judged.begin(), judged.end(),
                        [&](const CheckRow& row) { return row.tensor == again.tensor; }) = std::move(again);
      std::move(judged.begin(), judged.end(), std::back_inserter(rows));
    }
  }
  return rows;
}

}  // namespace twin
