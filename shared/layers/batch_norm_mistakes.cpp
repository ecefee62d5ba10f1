#include <cmath>

#include "shared/layers/batch_norm.hpp"
#include "shared/specs/normalisation.hpp"

namespace twin {
namespace batch_norm_mistakes {

using Values = std::vector<double>;

// A batch as the layer sees it, and its right statistics. Elements are known by their place k in memory,
// channels by their number c.
class Channels {
 public:
  Channels(const LayerValues& v, double eps)
      : v_(v),
        eps_(eps),
        count_(static_cast<std::size_t>(v.x.shape.at(1))),
        places_(v.x.size() / static_cast<std::size_t>(v.x.shape[0]) / count_),
        mean_(sums([&](std::size_t k) { return v.x[k]; })) {
    for (double& m : mean_) m /= n();
    variance_ = sums([&](std::size_t k) { return std::pow(v.x[k] - mean(k), 2); });
    for (double& s : variance_) s /= n();
  }

  std::size_t count() const { return count_; }
  std::size_t of(std::size_t k) const { return k / places_ % count_; }
  double n() const { return static_cast<double>(v_.x.size() / count_); }  // values of a channel

  const Values& means() const { return mean_; }
  const Values& variances() const { return variance_; }
  Values unbiased_variances() const {
    return each(count_, [&](std::size_t i) { return variance_[i] * n() / (n() - 1); });
  }

  double mean(std::size_t k) const { return mean_[of(k)]; }
  double variance(std::size_t k) const { return variance_[of(k)]; }
  double r(std::size_t k) const { return 1 / std::sqrt(variance(k) + eps_); }
  double x_hat(std::size_t k) const { return (v_.x[k] - mean(k)) * r(k); }
  double weight(std::size_t k) const { return v_.parameters.at("weight")[of(k)]; }
  double bias(std::size_t k) const { return v_.parameters.at("bias")[of(k)]; }

  // Σ of term(k) over the values of each channel.
  template <typename Term>
  Values sums(const Term& term) const {
    Values all(count_);
    for (std::size_t k = 0; k < v_.x.size(); ++k) all[of(k)] += term(k);
    return all;
  }
  template <typename Formula>
  Values of_each(const Formula& formula) const {
    return each(v_.x.size(), formula);
  }

 private:
  const LayerValues& v_;
  double eps_;
  std::size_t count_, places_;
  Values mean_, variance_;
};

std::vector<Prediction> wrong_outputs(const BatchNormSpec& spec, const LayerValues& v) {
  const Channels c(v, spec.eps);
  const auto y = [&](std::size_t k, double centred, double r) {
    return c.weight(k) * centred * r + c.bias(k);
  };
  const auto with_r = [&](auto r) {
    return c.of_each([&](std::size_t k) { return y(k, v.x[k] - c.mean(k), r(k)); });
  };
  std::vector<Prediction> all{
      {"unbiased_variance", "y = γ·(x - μ) / √(Σ(x - μ)²/(n - 1) + ε) + β",
       "the unbiased variance belongs to the running one alone: the batch is divided by n",
       with_r([&](std::size_t k) { return 1 / std::sqrt(c.variance(k) * c.n() / (c.n() - 1) + spec.eps); })},
      {"eps_outside_root", "y = γ·(x - μ) / (√σ² + ε) + β", "ε belongs under the root",
       with_r([&](std::size_t k) { return 1 / (std::sqrt(c.variance(k)) + spec.eps); })},
      {"eps_missing", "y = γ·(x - μ) / √σ² + β", "ε is missing",
       with_r([&](std::size_t k) { return 1 / std::sqrt(c.variance(k)); })},
      {"root_missing", "y = γ·(x - μ) / (σ² + ε) + β", "the root of the variance is missing",
       with_r([&](std::size_t k) { return 1 / (c.variance(k) + spec.eps); })},
      {"mean_missing", "y = γ·x / √(σ² + ε) + β", "the mean is not subtracted",
       c.of_each([&](std::size_t k) { return y(k, v.x[k], c.r(k)); })},
      {"weight_missing", "y = (x - μ) / √(σ² + ε) + β", "γ is left out",
       c.of_each([&](std::size_t k) { return c.x_hat(k) + c.bias(k); })},
      {"bias_missing", "y = γ·(x - μ) / √(σ² + ε)", "β is left out",
       c.of_each([&](std::size_t k) { return c.weight(k) * c.x_hat(k); })},
      {"weight_as_residual", "y = (1 + γ)·(x - μ) / √(σ² + ε) + β", "γ is taken as an offset from 1",
       c.of_each([&](std::size_t k) { return (1 + c.weight(k)) * c.x_hat(k) + c.bias(k); })},
  };
  if (v.buffers.contains("running_mean") && v.buffers.contains("running_var")) {
    const Array &mean = v.buffers.at("running_mean"), &variance = v.buffers.at("running_var");
    all.push_back({"running_statistics", "y = γ·(x - running_mean) / √(running_var + ε) + β",
                   "in training the statistics are those of the batch", c.of_each([&](std::size_t k) {
                     return y(k, v.x[k] - mean[c.of(k)], 1 / std::sqrt(variance[c.of(k)] + spec.eps));
                   })});
  }
  // Over a sample's features, as a layer norm does.
  const auto features = v.x.size() / static_cast<std::size_t>(v.x.shape[0]);
  all.push_back({"wrong_axis", "y = γ·(x - μₙ) / √(σₙ² + ε) + β",
                 "each sample is normalised over its features, as in a layer norm",
                 c.of_each([&](std::size_t k) {
                   const std::size_t first = k / features * features;
                   double mean = 0, variance = 0;
                   for (std::size_t i = first; i < first + features; ++i)
                     mean += v.x[i] / static_cast<double>(features);
                   for (std::size_t i = first; i < first + features; ++i)
                     variance += std::pow(v.x[i] - mean, 2) / static_cast<double>(features);
                   return y(k, v.x[k] - mean, 1 / std::sqrt(variance + spec.eps));
                 })});
  return all;
}

std::vector<Prediction> wrong_input_gradients(const BatchNormSpec& spec, const LayerValues& v) {
  const Channels c(v, spec.eps);
  const Values d_y = c.sums([&](std::size_t k) { return v.d_y[k]; });
  const Values d_y_x_hat = c.sums([&](std::size_t k) { return v.d_y[k] * c.x_hat(k); });
  // d_x = γ·r·(d_y - a·Σd_y/n - b·x̂·Σ(d_y·x̂)/n)
  const auto d_x = [&](std::size_t k, double a, double b) {
    return c.weight(k) * c.r(k) *
           (v.d_y[k] - a * d_y[c.of(k)] / c.n() - b * c.x_hat(k) * d_y_x_hat[c.of(k)] / c.n());
  };
  const auto with = [&](double a, double b) {
    return c.of_each([&, a, b](std::size_t k) { return d_x(k, a, b); });
  };
  const double unbiased = c.n() / (c.n() - 1);
  return {
      {"mean_term_missing", "d_x = γ·r·(d_y - x̂·mean(d_y·x̂))",
       "the mean depends on x too: its term is left out", with(0, 1)},
      {"variance_term_missing", "d_x = γ·r·(d_y - mean(d_y))",
       "the variance depends on x too: its term is left out", with(1, 0)},
      {"statistics_constant", "d_x = γ·r·d_y",
       "mean and variance are taken for constants, as in evaluation: both terms are left out", with(0, 0)},
      {"sums_for_means", "d_x = γ·r·(d_y - Σd_y - x̂·Σ(d_y·x̂))", "sums stand where means belong",
       with(c.n(), c.n())},
      {"unbiased_variance", "d_x = γ·r·(d_y - Σd_y/n - x̂·Σ(d_y·x̂)/(n - 1))",
       "n - 1 stands where n belongs: the variance that was divided by has n", with(1, unbiased)},
      {"unbiased_variance", "d_x = γ·r·(d_y - Σd_y/(n - 1) - x̂·Σ(d_y·x̂)/(n - 1))",
       "n - 1 stands where n belongs", with(unbiased, unbiased)},
      {"weight_missing", "d_x = r·(d_y - mean(d_y) - x̂·mean(d_y·x̂))", "γ is left out of the way back",
       c.of_each([&](std::size_t k) { return d_x(k, 1, 1) / c.weight(k); })},
      {"deviation_missing", "d_x = γ·(d_y - mean(d_y) - x̂·mean(d_y·x̂))",
       "the division by √(σ² + ε) is left out of the way back",
       c.of_each([&](std::size_t k) { return d_x(k, 1, 1) / c.r(k); })},
      {"eps_outside_root", "d_x = γ·(d_y - mean(d_y) - x̂·mean(d_y·x̂)) / (√σ² + ε)",
       "ε belongs under the root", c.of_each([&](std::size_t k) {
         return d_x(k, 1, 1) / c.r(k) / (std::sqrt(c.variance(k)) + spec.eps);
       })},
  };
}

std::vector<Prediction> wrong_weight_gradients(const BatchNormSpec& spec, const LayerValues& v) {
  const Channels c(v, spec.eps);
  const auto times_d_y = [&](auto factor) {
    return c.sums([&](std::size_t k) { return v.d_y[k] * factor(k); });
  };
  return {
      {"input_for_normalised", "d_γ = Σ d_y·x", "x stands where x̂ belongs",
       times_d_y([&](std::size_t k) { return v.x[k]; })},
      {"output_for_normalised", "d_γ = Σ d_y·y", "y stands where x̂ belongs",
       times_d_y([&](std::size_t k) { return v.y[k]; })},
      {"centred_for_normalised", "d_γ = Σ d_y·(x - μ)", "x - μ stands where x̂ belongs",
       times_d_y([&](std::size_t k) { return v.x[k] - c.mean(k); })},
      {"averaged", "d_γ = mean(d_y·x̂)", "a sum over the channel's values is averaged",
       times_d_y([&](std::size_t k) { return c.x_hat(k) / c.n(); })},
      {"bias_for_weight", "d_γ = Σ d_y", "that is the gradient of β",
       times_d_y([](std::size_t) { return 1.0; })},
  };
}

std::vector<Prediction> wrong_bias_gradients(const BatchNormSpec& spec, const LayerValues& v) {
  const Channels c(v, spec.eps);
  return {
      {"weight_in_bias_gradient", "d_β = Σ γ·d_y", "β is added after γ: its gradient has no γ",
       c.sums([&](std::size_t k) { return c.weight(k) * v.d_y[k]; })},
      {"averaged", "d_β = mean(d_y)", "a sum over the channel's values is averaged",
       c.sums([&](std::size_t k) { return v.d_y[k] / c.n(); })},
  };
}

}  // namespace batch_norm_mistakes

std::vector<Prediction> BatchNormSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace batch_norm_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(*this, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(*this, v);
  if (quantity.role == Role::state) {
    const Channels c(v, eps);
    return running_statistics_mistakes(momentum, {c.means(), c.variances(), c.unbiased_variances()}, quantity,
                                       v);
  }
  if (quantity.role != Role::parameter_gradient) return {};
  return quantity.name == "weight" ? wrong_weight_gradients(*this, v) : wrong_bias_gradients(*this, v);
}

}  // namespace twin
