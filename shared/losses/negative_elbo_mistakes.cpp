#include <cmath>

#include "shared/losses/negative_elbo.hpp"

namespace twin {

std::vector<Prediction> NegativeElboLossSpec::mistakes(const LossValues& v) const {
  const auto columns = static_cast<std::size_t>(v.y.columns()), code = static_cast<std::size_t>(latent),
             pixels = columns - 2 * code;
  const auto rows = static_cast<double>(v.y.rows());
  // by_logit(y, σ(y), t), by_mean(m, l), by_log_variance(m, l) in their parts of each row; the last two times
  // beta.
  const auto parts = [&](auto by_logit, auto by_mean, auto by_log_variance) {
    return each(v.y.size(), [&](std::size_t at) {
      const std::size_t row = at / columns, column = at % columns;
      const double y = v.y[at];
      if (column < pixels)
        return by_logit(y, 1 / (1 + std::exp(-y)), v.targets[row * pixels + column]) / rows;
      const std::size_t k = (column - pixels) % code;
      const double m = v.y[row * columns + pixels + k], l = v.y[row * columns + pixels + code + k];
      return beta * (column < pixels + code ? by_mean(m, l) : by_log_variance(m, l)) / rows;
    });
  };
  const auto by_logit = [](double, double p, double t) { return p - t; };
  const auto by_mean = [](double m, double) { return m; };
  const auto by_log_variance = [](double, double l) { return (std::exp(l) - 1) / 2; };
  const auto nothing = [](double, double) { return 0.0; };
  const auto of_logits = [&](auto formula) { return parts(formula, by_mean, by_log_variance); };
  const auto of_code = [&](auto means, auto log_variances) { return parts(by_logit, means, log_variances); };
  const auto of_log_variances = [&](auto formula) { return of_code(by_mean, formula); };

  std::vector<Prediction> all{
      {"divergence_missing", "error = 0 for means and log-variances",
       "the divergence is left out: nothing keeps the codes near N(0, 1), from which they are to be drawn "
       "later",
       of_code(nothing, nothing)},
      {"divergence_half_missing", "error = beta·2m/N and beta·(exp(l) - 1)/N",
       "the factor 1/2 in front of the divergence is left out",
       of_code([](double m, double) { return 2 * m; }, [](double, double l) { return std::exp(l) - 1; })},
      {"divergence_subtracted", "error = -beta·m/N and -beta·(exp(l) - 1)/2N",
       "the sign of the divergence is wrong: the bound holds -KL, its negative +KL",
       of_code([](double m, double) { return -m; }, [](double, double l) { return (1 - std::exp(l)) / 2; })},
      {"divergence_of_the_prior", "error = beta·m·exp(-l)/N and beta·(1 - (1 + m²)·exp(-l))/2N",
       "that is KL(N(0, 1) ‖ N(m, exp(l))): the two distributions are exchanged",
       of_code([](double m, double l) { return m * std::exp(-l); },
               [](double m, double l) { return (1 - (1 + m * m) * std::exp(-l)) / 2; })},
      {"divergence_averaged", "error = beta·m/(N·K) and beta·(exp(l) - 1)/(2N·K)",
       "the divergence is the sum over the numbers of the code, not their mean",
       of_code([&](double m, double) { return m / static_cast<double>(code); },
               [&](double, double l) { return (std::exp(l) - 1) / (2 * static_cast<double>(code)); })},
      {"log_term_missing", "error = beta·exp(l)/2N for the log-variances",
       "the term -l is left out: nothing keeps the variance from shrinking",
       of_log_variances([](double, double l) { return std::exp(l) / 2; })},
      {"variance_term_missing", "error = -beta/2N for the log-variances",
       "the term exp(l) is left out: nothing keeps the variance from growing",
       of_log_variances([](double, double) { return -0.5; })},
      {"logarithm_of_deviation", "error = beta·(exp(2l) - 1)/N for the log-variances",
       "that is the gradient where the last part are logarithms of deviations",
       of_log_variances([](double, double l) { return std::exp(2 * l) - 1; })},
      {"variance_for_logarithm", "error = beta·(1 - 1/l)/2N for the log-variances",
       "that is the gradient where the last part are variances, not their logarithms",
       of_log_variances([](double, double l) { return (1 - 1 / l) / 2; })},
      {"halves_swapped", "error = beta·(exp(m) - 1)/2N for the means, beta·l/N for the log-variances",
       "means and log-variances are exchanged",
       of_code([](double m, double) { return (std::exp(m) - 1) / 2; }, [](double, double l) { return l; })},
      {"reconstruction_averaged", "error = (σ(y) - t)/(N·F) for the logits",
       "the reconstruction is the sum over the pixels, not their mean: against their mean, the divergence "
       "weighs "
       "F times too much",
       of_logits([&](double, double p, double t) { return (p - t) / static_cast<double>(pixels); })},
      {"logits_for_sigmoid", "error = (y - t)/N for the logits",
       "the logits stand where their sigmoid belongs",
       of_logits([](double y, double, double t) { return y - t; })},
      {"extra_sigmoid_derivative", "error = (σ(y) - t)·σ(y)(1 - σ(y))/N for the logits",
       "p(1 - p) cancels against the logarithm's 1/p: the derivative of the sigmoid is applied twice",
       of_logits([](double, double p, double t) { return (p - t) * p * (1 - p); })},
      {"sigmoid_derivative_missing", "error = (σ(y) - t) / (σ(y)(1 - σ(y))) / N for the logits",
       "that is the gradient by the probabilities: the derivative of the sigmoid is left out",
       of_logits([](double, double p, double t) { return (p - t) / (p * (1 - p)); })},
      {"target_missing", "error = σ(y)/N for the logits", "the targets are left out",
       of_logits([](double, double p, double) { return p; })},
      {"negative_term_missing", "error = -t(1 - σ(y))/N for the logits",
       "the term (1 - t)·log(1 - σ(y)) is left out: what should be 0 is not pushed down",
       of_logits([](double, double p, double t) { return -t * (1 - p); })},
  };
  if (beta != 1 && beta != 0)
    all.push_back({"beta_missing", "error = m/N and (exp(l) - 1)/2N",
                   "the divergence is not multiplied by beta",
                   of_code([&](double m, double) { return m / beta; },
                           [&](double, double l) { return (std::exp(l) - 1) / (2 * beta); })});
  if (beta != 0)
    all.push_back({"beta_on_the_reconstruction", "error = beta·(σ(y) - t)/N, m/N and (exp(l) - 1)/2N",
                   "beta weighs the reconstruction, not the divergence",
                   parts([&](double, double p, double t) { return beta * (p - t); },
                         [&](double m, double) { return m / beta; },
                         [&](double, double l) { return (std::exp(l) - 1) / (2 * beta); })});
  return all;
}

}  // namespace twin
