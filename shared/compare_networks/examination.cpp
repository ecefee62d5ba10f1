#include "shared/compare_networks/examination.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>
#include <optional>

#include "shared/seeds/initialise.hpp"
#include "shared/compare_networks/wrong_formulas.hpp"

namespace twin {
namespace {

constexpr const char* kActual = "manual";
constexpr const char* kExpected = "autograd";

// A quantity that differs, and what may have gone wrong.
struct Suspect {
  std::string tensor;  // "hidden.weight", "d_hidden"
  std::string place;   // ", in the backward pass of output"; empty where the tensor says it
  Tensor actual, expected;
  std::vector<Hypothesis> supported;
  bool later = false;  // another came first, and this may be wrong because of that one alone
};

// What both twins are run on.
struct Situation {
  NamedTensors parameters;
  std::vector<OwnedBatch> batches;
};

Tensor with_values(const Tensor& like, std::vector<double> values) {
  return {like.name(), like.shape(), std::move(values)};
}

// A mark that leaves no room for another explanation comes before the formulas, which come before the rest.
bool is_plain(const Hypothesis& hypothesis) {
  return hypothesis.cause == "zero" || hypothesis.cause == "sign" || hypothesis.cause == "float32_rounding" ||
         hypothesis.cause == "not_finite" ||
         (hypothesis.cause.starts_with("factor_") && hypothesis.cause != "factor_per_slice");
}

// The formulas that predict a tensor; but for a factor of their own, unless they are rules of an update, of
// which one is often another times a factor.
enum class Fit { exact, up_to_a_factor };
std::vector<Hypothesis> written(const Tensor& actual, const std::vector<Prediction>& predictions, Fit fit) {
  const std::vector<double> values = actual.to_doubles();
  std::vector<Hypothesis> all;
  for (const Prediction& prediction : predictions) {
    const std::optional<double> c = predicts_times(prediction.values, values, DType::float64);
    if (!c || (fit == Fit::exact && *c != 1)) continue;
    const std::string times = std::abs(*c - 1) <= 1e-6 ? "" : fmt::format(", times {:.7g},", *c);
    all.push_back({prediction.cause, fmt::format("{} computes {}{}", kActual, prediction.formula, times),
                   prediction.meaning});
  }
  return all;
}

std::vector<Hypothesis> supported_by(const Tensor& actual, const Tensor& expected,
                                     const std::vector<Prediction>& predictions,
                                     const DiagnosisContext& context) {
  std::vector<Hypothesis> all = hypotheses(actual, expected, context);
  const auto rest = std::stable_partition(all.begin(), all.end(), is_plain);
  const std::vector<Hypothesis> formulas = written(actual, predictions, Fit::up_to_a_factor);
  all.insert(rest, formulas.begin(), formulas.end());
  return all;
}

// After a first call that was right, a mistake is what that call has left behind, and no mere factor.
void prefer_what_was_left(std::vector<Suspect>& suspects) {
  for (Suspect& suspect : suspects)
    std::stable_partition(suspect.supported.begin(), suspect.supported.end(), [](const Hypothesis& h) {
      return h.cause == "accumulated" || h.cause == "stale" || h.cause == "added_previous";
    });
}

void keep_common(std::vector<Hypothesis>& mine, const std::vector<Hypothesis>& others) {
  std::erase_if(mine, [&](const Hypothesis& hypothesis) {
    return std::none_of(others.begin(), others.end(),
                        [&](const Hypothesis& other) { return other.cause == hypothesis.cause; });
  });
}

class Examiner {
 public:
  Examiner(const Twins& twins, const NetworkSpec& spec, const EquivalenceOptions& options)
      : twins_(twins), spec_(spec), options_(options) {}

  std::vector<Suspect> run(const Situation& situation) const {
    for (const auto stage : {&Examiner::traced_step, &Examiner::gradients, &Examiner::updates})
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

  DiagnosisContext context(const OwnedBatch& batch) const {
    DiagnosisContext context{.actual = kActual, .expected = kExpected};
    context.batch_size = batch.inputs.shape()[0];
    return context;
  }

  // The first quantity of a traced step that differs, and the gradients of parameters that differ after it;
  // the update is judged elsewhere, over several steps. A second step, on the weights that the first has left
  // and on another batch, shows what stays behind from one to the next.
  std::vector<Suspect> traced_step(const Situation& situation) const {
    const Pair pair = build(situation.parameters);
    Situation now = situation;
    Trace before;
    for (std::size_t s = 0; s < 2; ++s) {
      now.batches = {situation.batches[s % situation.batches.size()]};
      const Trace hand = pair.manual->trace_step(now.batches[0].view());
      const Trace right = pair.autograd->trace_step(now.batches[0].view());
      std::vector<Suspect> suspects = suspects_in_trace(hand, right, before, now);
      if (s > 0) prefer_what_was_left(suspects);
      if (!suspects.empty()) return suspects;
      before = hand;
      now.parameters = pair.autograd->parameters();
      pair.manual->load_parameters(now.parameters);
      pair.manual->load_optimizer_state(pair.autograd->optimizer_state());
    }
    return {};
  }

  std::vector<Suspect> suspects_in_trace(const Trace& hand, const Trace& right, const Trace& before,
                                         const Situation& situation) const {
    std::vector<Suspect> suspects;
    for (const TraceEntry& entry : right) {
      const std::string& quantity = entry.quantity;
      if (situation.parameters.contains(quantity)) break;
      const Tensor* actual = find(hand, quantity);
      // A layer that the way back leaves out hands on what it was given.
      if (!actual) actual = find(hand, upstream_of(quantity));
      if (!actual || (actual->shape() == entry.value.shape() && !differs(*actual, entry.value))) continue;
      const bool of_parameter =
          quantity.starts_with("d_") && situation.parameters.contains(quantity.substr(2));
      if (!suspects.empty() && !of_parameter) continue;
      suspects.push_back(suspect_in_trace(quantity, *actual, entry.value, right, before, situation));
      suspects.back().later = suspects.size() > 1;
    }
    return suspects;
  }

  // What flows into the layer that computes the gradient `quantity` by its inputs.
  std::string upstream_of(const std::string& quantity) const {
    for (std::size_t i = 0; i < spec_.layers.size(); ++i)
      if (quantity == "d_" + (i == 0 ? "X" : spec_.layers[i - 1].name))
        return i + 1 == spec_.layers.size() ? "error" : "d_" + spec_.layers[i].name;
    return "";
  }

  static const Tensor* find(const Trace& trace, const std::string& quantity) {
    for (const TraceEntry& entry : trace)
      if (entry.quantity == quantity) return &entry.value;
    return nullptr;
  }

  Suspect suspect_in_trace(const std::string& quantity, const Tensor& actual, const Tensor& expected,
                           const Trace& right, const Trace& before, const Situation& situation) const {
    const OwnedBatch& batch = situation.batches[0];
    DiagnosisContext known = context(batch);
    known.parameters = situation.parameters;
    Suspect suspect{quantity, "", actual, expected, {}};
    if (actual.shape() != expected.shape()) return suspect;
    std::vector<Prediction> predictions;
    const Tensor& outputs = *find(right, spec_.layers.empty() ? "X" : spec_.layers.back().name);
    const std::int64_t columns = outputs.size() / batch.inputs.shape()[0];
    if (quantity == "loss" || quantity == "error") {
      if (columns > 1)
        known.factors = {{static_cast<double>(outputs.size()), "the number of elements, batch size × outputs",
                          "factor_elements", "the mean over all elements is missing", "factor_elements_twice",
                          "the mean over all elements is taken twice"},
                         {static_cast<double>(columns), "the number of outputs", "factor_outputs",
                          "the mean over the outputs is missing, that over the batch is there",
                          "factor_outputs_twice", "the mean over the outputs is taken once too often"}};
      if (quantity == "error") {
        const std::vector<double> y = outputs.to_doubles();
        const bool labels = batch.targets.dtype() == DType::int64;
        const std::vector<double> targets = batch.targets.to_doubles();
        predictions = wrong_loss_gradients(
            spec_.loss, {batch.inputs.shape()[0], columns, y, targets,
                         labels ? batch.targets.data<std::int64_t>() : std::span<const std::int64_t>()});
        suspect.place = " (the gradient of the loss by the outputs)";
      }
    }
    for (std::size_t i = 0; i < spec_.layers.size(); ++i) {
      const LayerSpec& layer = spec_.layers[i];
      const std::string input = i == 0 ? "X" : spec_.layers[i - 1].name;
      const bool forward = quantity == layer.name;
      const bool back = quantity == "d_" + input;
      const bool parameter = quantity.starts_with("d_" + layer.name + ".");
      if (!forward && !back && !parameter) continue;
      const std::vector<double> x = find(right, input)->to_doubles(),
                                y = find(right, layer.name)->to_doubles();
      std::vector<double> d_y, weight, bias, previous_x;
      if (const Tensor* old = find(before, input); old && old->shape() == find(right, input)->shape())
        previous_x = old->to_doubles();
      if (!forward)
        d_y = find(right, i + 1 == spec_.layers.size() ? "error" : "d_" + layer.name)->to_doubles();
      if (situation.parameters.contains(layer.name + ".weight"))
        weight = situation.parameters.at(layer.name + ".weight").to_doubles();
      if (situation.parameters.contains(layer.name + ".bias"))
        bias = situation.parameters.at(layer.name + ".bias").to_doubles();
      const std::int64_t samples = batch.inputs.shape()[0];
      const LayerValues values{samples,
                               static_cast<std::int64_t>(x.size()) / samples,
                               static_cast<std::int64_t>(y.size()) / samples,
                               x,
                               y,
                               d_y,
                               weight,
                               bias,
                               previous_x};
      if (forward) {
        predictions = wrong_outputs(layer, values);
        suspect.place = " (its outputs)";
      } else if (back) {
        predictions = wrong_input_gradients(layer, values);
        suspect.place = fmt::format(", in the backward pass of {}", layer.name);
      } else {
        suspect.tensor = quantity.substr(2);
        predictions = wrong_parameter_gradients(layer, suspect.tensor.substr(layer.name.size() + 1), values);
      }
    }
    if (const Tensor* old = find(before, quantity)) known.previous.add(old->renamed(suspect.tensor));
    // The gradient of a parameter is known by the parameter's name.
    suspect.supported =
        supported_by(actual.renamed(suspect.tensor), expected.renamed(suspect.tensor), predictions, known);
    return suspect;
  }

  // The gradients as a caller gets them.
  std::vector<Suspect> gradients(const Situation& situation) const {
    const OwnedBatch& batch = situation.batches[0];
    const Pair pair = build(situation.parameters);
    const auto with_input = [](Gradients computed) {
      computed.parameters.add(computed.input);
      return computed.parameters;
    };
    DiagnosisContext known = context(batch);
    known.parameters = situation.parameters;
    const NamedTensors right = with_input(pair.autograd->gradients(batch.view()));
    for (int call = 0; call < 2; ++call) {  // the second shows what the first has left behind
      const NamedTensors hand = with_input(pair.manual->gradients(batch.view()));
      std::vector<Suspect> suspects = suspects_in(hand, right, known);
      if (call > 0) prefer_what_was_left(suspects);
      if (!suspects.empty()) return suspects;
      known.previous = hand;
    }
    return {};
  }

  static std::vector<Suspect> suspects_in(const NamedTensors& actual, const NamedTensors& expected,
                                          const DiagnosisContext& known) {
    std::vector<Suspect> suspects;
    for (const Tensor& tensor : expected)
      if (const Tensor& other = actual.at(tensor.name()); differs(other, tensor))
        suspects.push_back({tensor.name(), "", other, tensor, hypotheses(other, tensor, known)});
    return suspects;
  }

  // Training steps, each from the same weights and state on both sides.
  std::vector<Suspect> updates(const Situation& situation) const {
    const Pair pair = build(situation.parameters);
    const SgdSpec& optimizer = sgd(spec_);
    NamedTensors previous;  // the gradients that the hand-written twin went by, one step before
    std::vector<Suspect> suspects;
    for (std::int64_t s = 0; s < std::max<std::int64_t>(options_.steps, 3); ++s) {
      const OwnedBatch& batch = situation.batches[static_cast<std::size_t>(s) % situation.batches.size()];
      const NamedTensors weights = pair.autograd->parameters();
      const NamedTensors velocities = pair.autograd->optimizer_state();
      pair.manual->load_parameters(weights);
      pair.manual->load_optimizer_state(velocities);
      const NamedTensors right = pair.autograd->gradients(batch.view()).parameters;
      pair.manual->train_step(batch.view());
      pair.autograd->train_step(batch.view());

      DiagnosisContext known = context(batch);
      known.actual = "the gradient that manual steps by";
      known.previous = previous;
      known.parameters = weights;
      previous = NamedTensors();
      for (const Tensor& gradient : right) {
        const std::string& name = gradient.name();
        const std::vector<double> g = gradient.to_doubles();
        const std::vector<double> w = weights.at(name).to_doubles();
        const auto moved = [&](const Network& network) {
          std::vector<double> step = network.parameters().at(name).to_doubles();
          for (std::size_t i = 0; i < step.size(); ++i) step[i] = w[i] - step[i];
          return with_values(gradient, std::move(step));
        };
        const Tensor hand_step = moved(*pair.manual), right_step = moved(*pair.autograd);
        const std::string state = name + ".momentum_buffer";
        if (!velocities.contains(state)) {
          const Tensor implied = scaled(hand_step, 1 / optimizer.lr);
          add(suspects, s, name, hand_step, right_step, wrong_updates(optimizer, {{}, g}), implied, gradient,
              known);
          previous.add(implied);
          continue;
        }
        const std::vector<double> v = velocities.at(state).to_doubles();
        const UpdateValues values{v, g};
        const Tensor hand_state = pair.manual->optimizer_state().at(state);
        const Tensor right_state = pair.autograd->optimizer_state().at(state);
        std::vector<double> implied = hand_state.to_doubles();
        for (std::size_t i = 0; i < implied.size(); ++i) implied[i] -= optimizer.momentum * v[i];
        previous.add(with_values(gradient, implied));
        if (differs(hand_state, right_state))
          add(suspects, s, state, hand_state, right_state, wrong_velocities(optimizer, values),
              previous.at(name), gradient, known);
        else
          add(suspects, s, name, hand_step, right_step, wrong_updates(optimizer, values),
              scaled(hand_step, 1 / optimizer.lr), right_state.renamed(name), known);
      }
    }
    return suspects;
  }

  static Tensor scaled(const Tensor& tensor, double factor) {
    std::vector<double> values = tensor.to_doubles();
    for (double& value : values) value *= factor;
    return with_values(tensor, std::move(values));
  }

  // A tensor that is wrong at several steps keeps the hypotheses that hold at each of them.
  static void add(std::vector<Suspect>& suspects, std::int64_t step, const std::string& tensor,
                  const Tensor& actual, const Tensor& expected, const std::vector<Prediction>& predictions,
                  const Tensor& implied, const Tensor& right_gradient, const DiagnosisContext& known) {
    if (!differs(actual, expected)) return;
    std::vector<Hypothesis> supported = written(actual, predictions, Fit::exact);
    for (Hypothesis& hypothesis : hypotheses(implied, right_gradient, known))
      supported.push_back(std::move(hypothesis));
    for (Suspect& suspect : suspects)
      if (suspect.tensor == tensor) {
        keep_common(suspect.supported, supported);
        return;
      }
    suspects.push_back(
        {tensor, fmt::format(" after step {}", step + 1), actual, expected, std::move(supported)});
  }

  const Twins& twins_;
  const NetworkSpec& spec_;
  const EquivalenceOptions& options_;
};

// Random numbers in a batch whose size is no other size of the network.
Situation random_situation(const NetworkSpec& spec, std::int64_t features, std::int64_t batch_size,
                           Seed seed) {
  // No bias is 0, and no sum of products so large that a sigmoid is flat.
  const std::vector<ParameterSpec> all = parameters_of(spec);
  double widest = 1;
  for (const ParameterSpec& parameter : all)
    if (!parameter.is_bias) widest = std::max(widest, static_cast<double>(parameter.shape.back()));
  NetworkSpec uniform = spec;
  uniform.initialiser = UniformInitialiser{.bound = 2 / std::sqrt(widest)};
  Situation situation{initial_parameters(uniform, DType::float64, seed), {}};
  std::int64_t rows = 0;
  for (const std::int64_t prime : {7, 11, 13, 17, 19, 23}) {
    rows = prime;
    const bool taken = std::any_of(all.begin(), all.end(), [&](const ParameterSpec& parameter) {
      return std::find(parameter.shape.begin(), parameter.shape.end(), prime) != parameter.shape.end();
    });
    if (!taken && prime != batch_size) break;
  }
  for (std::uint32_t b = 0; b < 3; ++b)
    situation.batches.push_back(random_batch(spec, rows, DType::float64, seed, b, features));
  return situation;
}

}  // namespace

std::vector<Finding> diagnose_twins(const Twins& twins, const NetworkSpec& spec,
                                    const NamedTensors& parameters, const std::vector<OwnedBatch>& batches,
                                    const EquivalenceOptions& options) {
  const Examiner examiner(twins, spec, options);
  std::vector<Suspect> suspects = examiner.run({parameters, batches});
  const Shape& shape = batches.at(0).inputs.shape();
  const std::vector<Suspect> elsewhere =
      examiner.run(random_situation(spec, shape.at(1), shape.at(0), options.seed));
  for (Suspect& suspect : suspects)
    for (const Suspect& other : elsewhere)
      if (other.tensor == suspect.tensor) keep_common(suspect.supported, other.supported);
  if (suspects.empty()) suspects = elsewhere;

  const DiagnosisContext names{.actual = kActual, .expected = kExpected};
  std::vector<Finding> findings;
  std::vector<std::string> later;
  for (const Suspect& suspect : suspects) {
    if (suspect.later) {
      if (std::any_of(suspect.supported.begin(), suspect.supported.end(),
                      [&](const Hypothesis& h) { return h.cause == findings.front().cause; }))
        later.push_back(suspect.tensor);
      continue;
    }
    const bool comparable = suspect.actual.shape() == suspect.expected.shape();
    const Hypothesis best =
        !comparable
            ? Hypothesis{"wrong_shape",
                         fmt::format("{} is {} in manual and {} in autograd", suspect.tensor,
                                     to_string(suspect.actual.shape()), to_string(suspect.expected.shape())),
                         "a product or a sum runs over the wrong axis", false}
        : suspect.supported.empty() ? unexplained(suspect.actual, suspect.expected, names)
                                    : suspect.supported.front();
    Finding found = finding(suspect.tensor + suspect.place, suspect.expected.size(), best);
    found.tensor = suspect.tensor;
    // The same mistake in one parameter after the other is told once.
    const auto same = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) {
      return f.cause == found.cause && found.cause != "unexplained";
    });
    if (same == findings.end())
      findings.push_back(std::move(found));
    else
      same->tensor += ", " + found.tensor;
  }
  if (!later.empty()) findings.front().text += fmt::format("; the same in {}", fmt::join(later, ", "));
  return findings;
}

}  // namespace twin
