#include "shared/compare_networks/examination.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "shared/compare/causes.hpp"
#include "shared/compare_networks/findings.hpp"
#include "shared/compare_networks/rounding.hpp"
#include "shared/compare_networks/situation.hpp"
#include "shared/compare_networks/wrong_updates.hpp"
#include "shared/compare_networks/wrong_values.hpp"

namespace twin {
namespace {

constexpr std::int64_t kFewestUpdates = 3;

class Examiner {
 public:
  Examiner(const Twins& twins, const NetworkSpec& spec, const EquivalenceOptions& options)
      : twins_(twins), spec_(spec), options_(options) {}

  std::vector<Suspect> run(const Situation& situation) const {
    for (const auto stage :
         {&Examiner::traced_steps, &Examiner::gradients, &Examiner::updates, &Examiner::outputs})
      if (std::vector<Suspect> suspects = (this->*stage)(situation); !suspects.empty()) return suspects;
    return {};
  }

 private:
  struct Pair {
    std::unique_ptr<Network> manual, autograd;
  };
  Pair build(const NamedTensors& parameters) const {
    Pair pair{twins_.manual.build(spec_, DType::float64, Device::cpu),
              twins_.autograd->build(spec_, DType::float64, options_.device)};
    pair.manual->load_parameters(parameters);
    pair.autograd->load_parameters(parameters);
    return pair;
  }

  static const OwnedBatch& batch_of(const Situation& situation, std::int64_t step) {
    return situation.batches[static_cast<std::size_t>(step) % situation.batches.size()];
  }

  // A second step, from where the first has led and on another batch, shows what stays behind from one to the
  // next.
  std::vector<Suspect> traced_steps(const Situation& situation) const {
    const Pair pair = build(situation.parameters);
    const auto suspects_in = [&](std::int64_t step, const TracedStep& right) {
      return suspects_in_step(right, trace_with_buffers(*pair.manual, batch_of(situation, step)), [&] {
        return twins_.errors(spec_, right.before(), right.batch().view(), {.traced = true}).trace;
      });
    };
    const TracedStep first(*pair.autograd, spec_, batch_of(situation, 0), nullptr);
    if (std::vector<Suspect> suspects = suspects_in(0, first); !suspects.empty()) return suspects;
    load(*pair.manual, state_of(*pair.autograd));
    const TracedStep second(*pair.autograd, spec_, batch_of(situation, 1), &first);
    std::vector<Suspect> suspects = suspects_in(1, second);
    prefer_what_was_left(suspects);
    return suspects;
  }

  // As a caller gets them. A second call shows what the first has left behind.
  std::vector<Suspect> gradients(const Situation& situation) const {
    const OwnedBatch& batch = batch_of(situation, 0);
    const Pair pair = build(situation.parameters);
    const NamedTensors right = pair.autograd->gradients(batch.view()).all();
    DiagnosisContext known{.actual = kManual, .expected = kAutograd};
    known.batch_size = batch.inputs.shape().at(0);
    known.parameters = situation.parameters;
    std::optional<StepErrors> bounds;
    const auto may_be_rounding = [&](const Tensor& actual, const Tensor& expected) {
      if (!bounds) {
        bounds = twins_.errors(spec_, state_of(*pair.autograd), batch.view(), {});
        bounds->gradients.emplace_back("input", bounds->input_gradient);
        for (const auto& further : bounds->further_gradients) bounds->gradients.push_back(further);
      }
      return is_rounding(actual, expected, bounds_of(bounds->gradients, expected.name()));
    };
    for (int call = 0; call < 2; ++call) {
      NamedTensors manual = pair.manual->gradients(batch.view()).all();
      std::vector<Suspect> suspects;
      for (const Tensor& expected : right) {
        const std::string& name = expected.name();
        const Tensor& actual = manual.at(name);
        if (differs(actual, expected) && !may_be_rounding(actual, expected))
          suspects.push_back(
              {name, "the gradient of " + name, actual, expected, hypotheses(actual, expected, known)});
      }
      if (call > 0) prefer_what_was_left(suspects);
      if (!suspects.empty()) return suspects;
      known.previous = std::move(manual);
    }
    return {};
  }

  // Each from the same state on both sides.
  std::vector<Suspect> updates(const Situation& situation) const {
    const Pair pair = build(situation.parameters);
    UpdateExamination examination(spec_);
    for (std::int64_t step = 0; step < std::max(options_.steps, kFewestUpdates); ++step) {
      const OwnedBatch& batch = batch_of(situation, step);
      load(*pair.manual, state_of(*pair.autograd));
      const Update manual = update_of(*pair.manual, batch);
      const RightUpdate right = right_update_of(*pair.autograd, batch);
      examination.compare(manual, right, batch.inputs.shape().at(0),
                          [&] { return twins_.errors(spec_, right.before, batch.view(), {}); });
    }
    return examination.suspects();
  }

  // In evaluation mode, after steps that have moved running statistics.
  std::vector<Suspect> outputs(const Situation& situation) const {
    const Pair pair = build(situation.parameters);
    for (std::int64_t step = 0; step < kFewestUpdates; ++step)
      pair.autograd->train_step(batch_of(situation, step).view());
    load(*pair.manual, state_of(*pair.autograd));
    const OwnedBatch& batch = batch_of(situation, 0);
    const Tensor actual = pair.manual->predict(batch.view());
    const Tensor expected = pair.autograd->predict(batch.view());
    Suspect suspect{expected.name(), "the outputs in evaluation mode", actual, expected, {}};
    if (actual.shape() != expected.shape()) return {suspect};
    if (!differs(actual, expected)) return {};
    const StepErrors bounds =
        twins_.errors(spec_, state_of(*pair.autograd), batch.view(), {.mode = Mode::evaluation});
    if (is_rounding(actual, expected, bounds.outputs)) return {};
    suspect.supported = hypotheses(actual, expected, {.actual = kManual, .expected = kAutograd});
    const Trace trace = pair.autograd->trace_step(batch.view());
    if (const TraceEntry* in_training =
            spec_.layers.empty() ? nullptr : find(trace, Role::output, spec_.layers.back().name);
        in_training && !differs(actual, in_training->value))
      suspect.supported.insert(suspect.supported.begin(),
                               {Cause("training_mode"), "manual computes the outputs of training",
                                "a layer takes no notice of the mode: masks, or the batch's own statistics"});
    return {suspect};
  }

  const Twins& twins_;
  const NetworkSpec& spec_;
  const EquivalenceOptions& options_;
};

}  // namespace

std::vector<Finding> diagnose_twins(const Twins& twins, const NetworkSpec& spec,
                                    const NamedTensors& parameters, const std::vector<OwnedBatch>& batches,
                                    const EquivalenceOptions& options) {
  const Examiner examiner(twins, spec, options);
  const Situation given{parameters, batches};
  std::vector<Suspect> suspects = examiner.run(given);
  const std::vector<Suspect> elsewhere = examiner.run(random_situation(spec, given, options.seed));
  for (Suspect& suspect : suspects)
    for (const Suspect& other : elsewhere)
      if (other.tensor == suspect.tensor) keep_common(suspect.supported, other.supported);
  return findings_of(suspects.empty() ? elsewhere : suspects);
}

}  // namespace twin
