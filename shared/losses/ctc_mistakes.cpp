#include <algorithm>
#include <cmath>

#include "shared/losses/ctc.hpp"

namespace twin {
namespace ctc_mistakes {

// Where β skips a blank.
enum class Skips { right, also_between_equals, never };

// One sequence: softmax (T×K), and the part of all paths that is in a class at a step (T×K), in plain
// probabilities, scaled at each step.
struct Paths {
  std::vector<double> p, parts;
  std::int64_t labels = 0, steps = 0;
  bool possible = true;
};

Paths paths_of(const CtcLossSpec& spec, const double* y, std::span<const std::int64_t> row,
               std::size_t classes, Skips skips) {
  const CtcLossSpec::Lengths lengths = CtcLossSpec::lengths_of(row);
  const auto labels = row.first(static_cast<std::size_t>(lengths.labels));
  const auto steps = static_cast<std::size_t>(lengths.steps);
  Paths paths{std::vector<double>(row.size() * classes), std::vector<double>(row.size() * classes),
              lengths.labels, lengths.steps, CtcLossSpec::steps_needed(labels) <= lengths.steps};
  for (std::size_t first = 0; first < paths.p.size(); first += classes) {
    const double top = *std::max_element(y + first, y + first + classes);
    double sum = 0;
    for (std::size_t k = first; k < first + classes; ++k) sum += paths.p[k] = std::exp(y[k] - top);
    for (std::size_t k = first; k < first + classes; ++k) paths.p[k] /= sum;
  }
  if (!paths.possible) return paths;

  const std::size_t states = 2 * labels.size() + 1;
  const auto class_of = [&](std::size_t s) {
    return static_cast<std::size_t>(s % 2 == 0 ? spec.blank : labels[s / 2]);
  };
  const auto skipped_to = [&](std::size_t s, Skips how) {
    return s >= 3 && s % 2 == 1 && s < states && how != Skips::never &&
           (how == Skips::also_between_equals || class_of(s) != class_of(s - 2));
  };
  const auto p = [&](std::size_t t, std::size_t s) { return paths.p[t * classes + class_of(s)]; };
  // Returns their sum, by which it divides them.
  const auto scale = [](std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    if (sum > 0)
      for (double& value : values) value /= sum;
    return sum;
  };
  std::vector<std::vector<double>> alpha(steps, std::vector<double>(states));
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t s = 0; s < states; ++s) {
      double reached = t == 0 && s < 2 ? 1 : 0;
      if (t > 0) {
        reached = alpha[t - 1][s];
        if (s > 0) reached += alpha[t - 1][s - 1];
        if (skipped_to(s, Skips::right)) reached += alpha[t - 1][s - 2];
      }
      alpha[t][s] = reached * p(t, s);
    }
    scale(alpha[t]);
  }
  // The way back as it is, and as it should be; `excess`: how much larger what they were divided by has
  // grown.
  std::vector<double> beta(states), right(states), ahead(states);
  double excess = 1;
  const auto step_back = [&](std::vector<double>& beta_of, std::size_t t, Skips how) {
    for (std::size_t s = 0; s < states; ++s) {
      if (t + 1 == steps) {
        ahead[s] = s + 2 >= states ? 1 : 0;
        continue;
      }
      ahead[s] = beta_of[s] * p(t + 1, s);
      if (s + 1 < states) ahead[s] += beta_of[s + 1] * p(t + 1, s + 1);
      if (skipped_to(s + 2, how)) ahead[s] += beta_of[s + 2] * p(t + 1, s + 2);
    }
    beta_of = ahead;
    return scale(beta_of);
  };
  for (std::size_t t = steps; t-- > 0;) {
    excess *= step_back(beta, t, skips) / step_back(right, t, Skips::right);
    double all = 0;
    for (std::size_t s = 0; s < states; ++s) all += alpha[t][s] * right[s];
    for (std::size_t s = 0; s < states; ++s)
      paths.parts[t * classes + class_of(s)] += alpha[t][s] * beta[s] * excess / all;
  }
  return paths;
}

}  // namespace ctc_mistakes

std::vector<Prediction> CtcLossSpec::mistakes(const LossValues& v) const {
  using ctc_mistakes::Paths, ctc_mistakes::Skips;
  const auto classes = static_cast<std::size_t>(v.y.columns());
  const auto steps = static_cast<std::size_t>(v.y.shape.at(1));
  const std::size_t count = v.labels.size() / steps;
  std::int64_t all_labels = 0;
  for (std::size_t n = 0; n < count; ++n)
    all_labels += lengths_of(std::span(v.labels).subspan(n * steps, steps)).labels;
  // formula(p, part, labels): of a step that a sequence has; beyond(p, labels): of one that it has not.
  const auto of_sequences = [&](Skips skips, auto formula, auto beyond) {
    std::vector<double> d(v.y.size());
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t first = n * steps * classes;
      const Paths paths = ctc_mistakes::paths_of(
          *this, v.y.values.data() + first, std::span(v.labels).subspan(n * steps, steps), classes, skips);
      if (!paths.possible) continue;
      const auto divisor = static_cast<double>(std::max<std::int64_t>(1, paths.labels));
      for (std::size_t k = 0; k < steps * classes; ++k)
        d[first + k] = (k / classes < static_cast<std::size_t>(paths.steps)
                            ? formula(paths.p[k], paths.parts[k], divisor)
                            : beyond(paths.p[k], divisor)) /
                       static_cast<double>(count);
    }
    return d;
  };
  const auto right = [](double p, double part, double labels) { return (p - part) / labels; };
  const auto nothing = [](double, double) { return 0.0; };
  return {
      {"paths_missing", "error = softmax(y) / (labels·N)", "the part of the paths is not subtracted",
       of_sequences(
           Skips::right, [](double p, double, double labels) { return p / labels; }, nothing)},
      {"softmax_missing", "error = -Σₛ γₜ(s) / (labels·N)",
       "that is the gradient by the log-probabilities: the derivative of the softmax is left out",
       of_sequences(
           Skips::right, [](double, double part, double labels) { return -part / labels; }, nothing)},
      {"gradient_by_probabilities", "error = -Σₛ γₜ(s) / softmax(y) / (labels·N)",
       "that is the gradient by the probabilities: the derivative of the softmax is left out",
       of_sequences(
           Skips::right, [](double p, double part, double labels) { return -part / p / labels; }, nothing)},
      {"emission_twice", "γₜ(s) with p of step t in α and in β",
       "the step's own probability is counted twice",
       of_sequences(
           Skips::right, [](double p, double part, double labels) { return (p - part * p) / labels; },
           nothing)},
      {"labels_not_averaged", "error = (softmax(y) - Σₛ γₜ(s)) / N",
       "the mean over the labels of a sequence is left out",
       of_sequences(
           Skips::right, [](double p, double part, double) { return p - part; }, nothing)},
      {"mean_over_all_labels", "error = (softmax(y) - Σₛ γₜ(s)) / (labels of all sequences)",
       "PyTorch's mean is that of the sequences' own means",
       of_sequences(
           Skips::right,
           [&](double p, double part, double) {
             return (p - part) * static_cast<double>(count) /
                    static_cast<double>(std::max<std::int64_t>(1, all_labels));
           },
           nothing)},
      {"mean_over_steps", "error = (softmax(y) - Σₛ γₜ(s)) / (T·N)",
       "the mean is over steps, not over labels",
       of_sequences(
           Skips::right,
           [&](double p, double part, double) { return (p - part) / static_cast<double>(steps); }, nothing)},
      {"padding_counted", "error = softmax(y) / (labels·N) behind the end of a sequence",
       "steps that a sequence has not get a gradient",
       of_sequences(Skips::right, right, [](double p, double labels) { return p / labels; })},
      {"blank_skipped_between_equals", "β goes from a label to an equal one without a blank",
       "such a path spells the label once", of_sequences(Skips::also_between_equals, right, nothing)},
      {"blank_never_skipped", "β goes through every blank",
       "a blank between two labels that differ may be left out", of_sequences(Skips::never, right, nothing)},
  };
}

}  // namespace twin
