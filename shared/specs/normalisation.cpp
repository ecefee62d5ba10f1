#include "shared/specs/normalisation.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

#include "shared/errors.hpp"

namespace twin {
namespace normalisation_mistakes_of {

using Values = std::vector<double>;

// Inputs as the layer sees them, and their right statistics.
class Slices {
 public:
  Slices(const Normalisation& norm, const LayerValues& v, const Array& x)
      : norm_(norm), v_(v), x_(x), mean_(sums([&](std::size_t k) { return x[k]; })) {
    for (double& mean : mean_) mean /= n();
    variance_ = sums([&](std::size_t k) { return std::pow(centred(k), 2); });
    for (double& variance : variance_) variance /= n();
  }

  double n() const { return static_cast<double>(x_.size() / norm_.slices); }  // values of a slice
  std::size_t of(std::size_t k) const { return norm_.slice_of(k); }
  double centred(std::size_t k) const { return x_[k] - mean_[of(k)]; }
  double variance(std::size_t k) const { return variance_[of(k)]; }
  double r(std::size_t k) const { return 1 / std::sqrt(variance(k) + norm_.eps); }
  double x_hat(std::size_t k) const { return centred(k) * r(k); }

  bool has_weight() const { return v_.parameters.contains("weight"); }
  bool has_bias() const { return v_.parameters.contains("bias"); }
  double weight(std::size_t k) const {
    return has_weight() ? v_.parameters.at("weight")[norm_.weight_of(k)] : 1;
  }
  double bias(std::size_t k) const { return has_bias() ? v_.parameters.at("bias")[norm_.weight_of(k)] : 0; }

  // An instance norm has one weight for each slice.
  bool weight_differs_in_a_slice() const {
    std::vector<std::set<std::size_t>> met(norm_.slices);
    for (std::size_t k = 0; k < x_.size(); ++k) met[of(k)].insert(norm_.weight_of(k));
    return std::any_of(met.begin(), met.end(), [](const auto& weights) { return weights.size() > 1; });
  }

  // Σ of term(k) over the values of each slice.
  template <typename Term>
  Values sums(const Term& term) const {
    Values all(norm_.slices);
    for (std::size_t k = 0; k < x_.size(); ++k) all[of(k)] += term(k);
    return all;
  }
  // Σ of term(k) over the values from `first` on that meet each entry of the weight.
  template <typename Term>
  Values sums_by_weight(const Term& term, std::size_t first = 0) const {
    Values all(v_.parameters.at("weight").size());
    for (std::size_t k = first; k < x_.size(); ++k) all[norm_.weight_of(k)] += term(k);
    return all;
  }
  template <typename Formula>
  Values of_each(const Formula& formula) const {
    return each(x_.size(), formula);
  }

  // Where the last term of a sum over rows or samples begins.
  std::size_t last_term() const { return x_.size() - norm_.term; }
  // How many values meet one entry of the weight.
  double uses() const {
    return static_cast<double>(x_.size()) / static_cast<double>(v_.parameters.at("weight").size());
  }

 private:
  const Normalisation& norm_;
  const LayerValues& v_;
  const Array& x_;
  Values mean_, variance_;
};

std::vector<Prediction> wrong_outputs(const Normalisation& norm, const LayerValues& v) {
  const Slices s(norm, v, v.x);
  const auto with_r = [&](auto r) {
    return s.of_each([&](std::size_t k) { return s.weight(k) * s.centred(k) * r(k) + s.bias(k); });
  };
  std::vector<Prediction> all{
      {"eps_outside_root", "y = γ·(x - μ) / (√σ² + ε) + β", "ε belongs under the root",
       with_r([&](std::size_t k) { return 1 / (std::sqrt(s.variance(k)) + norm.eps); })},
      {"eps_missing", "y = γ·(x - μ) / √σ² + β", "ε is missing",
       with_r([&](std::size_t k) { return 1 / std::sqrt(s.variance(k)); })},
      {"root_missing", "y = γ·(x - μ) / (σ² + ε) + β", "the root of the variance is missing",
       with_r([&](std::size_t k) { return 1 / (s.variance(k) + norm.eps); })},
      {"mean_missing", "y = γ·x / √(σ² + ε) + β", "the mean is not subtracted",
       s.of_each([&](std::size_t k) { return s.weight(k) * v.x[k] * s.r(k) + s.bias(k); })}};
  if (s.n() > 1)
    all.push_back({"unbiased_variance", "y = γ·(x - μ) / √(Σ(x - μ)²/(n - 1) + ε) + β",
                   "the squares are divided by n, not by n - 1", with_r([&](std::size_t k) {
                     return 1 / std::sqrt(s.variance(k) * s.n() / (s.n() - 1) + norm.eps);
                   })});
  if (s.has_weight()) {
    all.push_back({"weight_missing", "y = (x - μ) / √(σ² + ε) + β", "γ is left out",
                   s.of_each([&](std::size_t k) { return s.x_hat(k) + s.bias(k); })});
    all.push_back({"weight_as_residual", "y = (1 + γ)·(x - μ) / √(σ² + ε) + β",
                   "γ is taken as an offset from 1",
                   s.of_each([&](std::size_t k) { return (1 + s.weight(k)) * s.x_hat(k) + s.bias(k); })});
  }
  if (s.has_bias())
    all.push_back({"bias_missing", "y = γ·(x - μ) / √(σ² + ε)", "β is left out",
                   s.of_each([&](std::size_t k) { return s.weight(k) * s.x_hat(k); })});
  return all;
}

std::vector<Prediction> wrong_input_gradients(const Normalisation& norm, const LayerValues& v) {
  const Slices s(norm, v, v.x);
  // r·(g - a·Σg/n - b·x̂·Σ(g·x̂)/n)
  const auto d_x = [&](auto g, double a, double b) {
    const Values sum = s.sums(g), sum_x_hat = s.sums([&](std::size_t k) { return g(k) * s.x_hat(k); });
    return s.of_each([&](std::size_t k) {
      return s.r(k) * (g(k) - a * sum[s.of(k)] / s.n() - b * s.x_hat(k) * sum_x_hat[s.of(k)] / s.n());
    });
  };
  const auto d_y = [&](std::size_t k) { return v.d_y[k]; };
  const auto g = [&](std::size_t k) { return s.weight(k) * v.d_y[k]; };
  const Values right = d_x(g, 1, 1), without_weight = d_x(d_y, 1, 1);
  std::vector<Prediction> all{
      {"mean_term_missing", "d_x = r·(g - x̂·mean(g·x̂)), g = γ·d_y",
       "the mean depends on x too: its term is left out", d_x(g, 0, 1)},
      {"variance_term_missing", "d_x = r·(g - mean(g)), g = γ·d_y",
       "the variance depends on x too: its term is left out", d_x(g, 1, 0)},
      {"statistics_constant", "d_x = γ·r·d_y",
       "mean and variance are taken for constants: both terms are left out", d_x(g, 0, 0)},
      {"sums_for_means", "d_x = r·(g - Σg - x̂·Σ(g·x̂)), g = γ·d_y", "sums stand where means belong",
       d_x(g, s.n(), s.n())},
      {"deviation_missing", "d_x = g - mean(g) - x̂·mean(g·x̂), g = γ·d_y",
       "the division by √(σ² + ε) is left out of the way back",
       s.of_each([&](std::size_t k) { return right[k] / s.r(k); })},
      {"eps_outside_root", "d_x = (g - mean(g) - x̂·mean(g·x̂)) / (√σ² + ε), g = γ·d_y",
       "ε belongs under the root",
       s.of_each([&](std::size_t k) { return right[k] / s.r(k) / (std::sqrt(s.variance(k)) + norm.eps); })}};
  if (s.n() > 1) {
    const double unbiased = s.n() / (s.n() - 1);
    all.push_back({"unbiased_variance", "d_x = r·(g - Σg/n - x̂·Σ(g·x̂)/(n - 1)), g = γ·d_y",
                   "n - 1 stands where n belongs: the variance that was divided by has n",
                   d_x(g, 1, unbiased)});
    all.push_back({"unbiased_variance", "d_x = r·(g - Σg/(n - 1) - x̂·Σ(g·x̂)/(n - 1)), g = γ·d_y",
                   "n - 1 stands where n belongs", d_x(g, unbiased, unbiased)});
  }
  if (s.has_weight()) {
    all.push_back({"weight_missing", "d_x = r·(d_y - mean(d_y) - x̂·mean(d_y·x̂))",
                   "γ is left out of the way back", without_weight});
    if (s.weight_differs_in_a_slice())
      all.push_back({"weight_outside_means", "d_x = γ·r·(d_y - mean(d_y) - x̂·mean(d_y·x̂))",
                     "γ differs within a slice, so it belongs into both means: the formula is batch norm's",
                     s.of_each([&](std::size_t k) { return s.weight(k) * without_weight[k]; })});
  }
  return all;
}

constexpr const char* kLastSample =
    "the sum keeps its last row or sample alone: overwritten instead of added";

std::vector<Prediction> wrong_weight_gradients(const Normalisation& norm, const LayerValues& v) {
  const Slices s(norm, v, v.x);
  const auto times_d_y = [&](auto factor) {
    return s.sums_by_weight([&](std::size_t k) { return v.d_y[k] * factor(k); });
  };
  const auto term = [&](std::size_t k) { return v.d_y[k] * s.x_hat(k); };
  std::vector<Prediction> all{
      {"input_for_normalised", "d_γ = Σ d_y·x", "x stands where x̂ belongs",
       times_d_y([&](std::size_t k) { return v.x[k]; })},
      {"output_for_normalised", "d_γ = Σ d_y·y", "y stands where x̂ belongs",
       times_d_y([&](std::size_t k) { return v.y[k]; })},
      {"centred_for_normalised", "d_γ = Σ d_y·(x - μ)", "x - μ stands where x̂ belongs",
       times_d_y([&](std::size_t k) { return s.centred(k); })},
      {"averaged", "d_γ = mean(d_y·x̂)", "a sum over the values that γ meets is averaged",
       times_d_y([&](std::size_t k) { return s.x_hat(k) / s.uses(); })},
      {"bias_for_weight", "d_γ = Σ d_y", "that is the gradient of β",
       times_d_y([](std::size_t) { return 1.0; })},
      {"last_sample_only", "d_γ = Σ d_y·x̂ of the last row or sample", kLastSample,
       s.sums_by_weight(term, s.last_term())},
  };
  if (v.previous_x.shape == v.x.shape) {
    const Slices before(norm, v, v.previous_x);
    all.push_back({"stale", "d_γ = Σ d_y·x̂ with the x̂ of the step before",
                   "what was kept is not that of the last way forward",
                   s.sums_by_weight([&](std::size_t k) { return v.d_y[k] * before.x_hat(k); })});
  }
  return all;
}

std::vector<Prediction> wrong_bias_gradients(const Normalisation& norm, const LayerValues& v) {
  const Slices s(norm, v, v.x);
  return {
      {"weight_in_bias_gradient", "d_β = Σ γ·d_y", "β is added after γ: its gradient has no γ",
       s.sums_by_weight([&](std::size_t k) { return s.weight(k) * v.d_y[k]; })},
      {"averaged", "d_β = mean(d_y)", "a sum over the values that β meets is averaged",
       s.sums_by_weight([&](std::size_t k) { return v.d_y[k] / s.uses(); })},
      {"last_sample_only", "d_β = Σ d_y of the last row or sample", kLastSample,
       s.sums_by_weight([&](std::size_t k) { return v.d_y[k]; }, s.last_term())},
  };
}

}  // namespace normalisation_mistakes_of

void validate_eps(double eps) {
  if (!std::isfinite(eps) || eps < 0) throw LayerError(fmt::format("eps is {}, expected at least 0", eps));
}

void validate_momentum(double momentum) {
  if (!(momentum >= 0 && momentum <= 1))
    throw LayerError(fmt::format("momentum is {}, expected at least 0 and at most 1", momentum));
}

std::vector<BufferSpec> running_statistics(std::int64_t num_features) {
  return {{"running_mean", {num_features}, 0}, {"running_var", {num_features}, 1}};
}

std::vector<Prediction> running_statistics_mistakes(double momentum, const BatchStatistics& batch,
                                                    const Quantity& quantity, const LayerValues& v) {
  const bool of_mean = quantity.name == "running_mean";
  const Array& kept = v.buffers.at(quantity.name);
  const std::vector<double>& right = of_mean ? batch.means : batch.unbiased_variances;
  const auto moved = [&](const std::vector<double>& towards, double share) {
    return each(kept.size(), [&](std::size_t i) { return (1 - share) * kept[i] + share * towards[i]; });
  };
  std::vector<Prediction> all{
      {"momentum_exchanged", "running ← momentum·running + (1 - momentum)·batch",
       "momentum is the share of the batch; TensorFlow's is that of the running value",
       moved(right, 1 - momentum)},
      {"never_updated", "running ← running", "it is never updated", kept.values},
      {"momentum_ignored", "running ← batch", "the last batch alone is kept", right},
  };
  if (!of_mean)
    all.push_back({"running_variance_biased", "running ← (1 - momentum)·running + momentum·Σ(x - μ)²/n",
                   "the batch is normalised by the variance over n; the running one takes n - 1",
                   moved(batch.variances, momentum)});
  return all;
}

std::vector<double> normalised(const Normalisation& norm, const LayerValues& v) {
  const normalisation_mistakes_of::Slices s(norm, v, v.x);
  return s.of_each([&](std::size_t k) { return s.weight(k) * s.x_hat(k) + s.bias(k); });
}

std::vector<Prediction> normalisation_mistakes(const Normalisation& norm, const Quantity& quantity,
                                               const LayerValues& v) {
  using namespace normalisation_mistakes_of;
  if (quantity.role == Role::output) return wrong_outputs(norm, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(norm, v);
  if (quantity.role != Role::parameter_gradient) return {};
  return quantity.name == "weight" ? wrong_weight_gradients(norm, v) : wrong_bias_gradients(norm, v);
}

}  // namespace twin
