#include <cmath>
#include <limits>

#include "shared/layers/rms_norm.hpp"

namespace twin {
namespace rms_norm_mistakes {

using Values = std::vector<double>;

// Rows of the elements that are normalised together. Elements are known by their place k in memory.
class Rows {
 public:
  Rows(const RmsNormSpec& spec, const LayerValues& v, const Array& x)
      : features_(static_cast<std::size_t>(spec.features())),
        eps_(spec.eps.value_or(std::numeric_limits<double>::epsilon())),
        v_(v),
        x_(x),
        mean_square_(means([&](std::size_t k) { return x[k] * x[k]; })) {}

  double n() const { return static_cast<double>(features_); }
  double eps() const { return eps_; }
  double mean_square(std::size_t k) const { return mean_square_[k / features_]; }
  double r(std::size_t k) const { return 1 / std::sqrt(mean_square(k) + eps_); }
  double x_hat(std::size_t k) const { return x_[k] * r(k); }
  bool has_weight() const { return v_.parameters.contains("weight"); }
  double weight(std::size_t k) const { return has_weight() ? v_.parameters.at("weight")[k % features_] : 1; }

  // Of term(k) over each row.
  template <typename Term>
  Values means(const Term& term) const {
    Values all(x_.size() / features_);
    for (std::size_t k = 0; k < x_.size(); ++k) all[k / features_] += term(k) / n();
    return all;
  }
  // Σ of term(k) over the rows from `first` on.
  template <typename Term>
  Values sums(const Term& term, std::size_t first = 0) const {
    Values all(features_);
    for (std::size_t k = first * features_; k < x_.size(); ++k) all[k % features_] += term(k);
    return all;
  }
  template <typename Formula>
  Values of_each(const Formula& formula) const {
    return each(x_.size(), formula);
  }
  std::size_t of(std::size_t k) const { return k / features_; }
  std::size_t count() const { return x_.size() / features_; }

 private:
  std::size_t features_;
  double eps_;
  const LayerValues& v_;
  const Array& x_;
  Values mean_square_;
};

std::vector<Prediction> wrong_outputs(const RmsNormSpec& spec, const LayerValues& v) {
  const Rows s(spec, v, v.x);
  const auto with_r = [&](auto r) {
    return s.of_each([&](std::size_t k) { return s.weight(k) * v.x[k] * r(k); });
  };
  const Values mean = s.means([&](std::size_t k) { return v.x[k]; });
  const auto variance = [&](std::size_t k) { return s.mean_square(k) - mean[s.of(k)] * mean[s.of(k)]; };
  std::vector<Prediction> all{
      {"mean_subtracted", "y = γ·(x - μ) / √(mean((x - μ)²) + ε)",
       "the mean is subtracted, as in a layer norm", s.of_each([&](std::size_t k) {
         return s.weight(k) * (v.x[k] - mean[s.of(k)]) / std::sqrt(variance(k) + s.eps());
       })},
      {"variance_for_mean_square", "y = γ·x / √(mean((x - μ)²) + ε)",
       "the variance stands where the mean square belongs",
       with_r([&](std::size_t k) { return 1 / std::sqrt(variance(k) + s.eps()); })},
      {"sum_for_mean", "y = γ·x / √(Σx² + ε)", "the squares are added, not averaged: x gets length 1",
       with_r([&](std::size_t k) { return 1 / std::sqrt(s.n() * s.mean_square(k) + s.eps()); })},
      {"eps_outside_root", "y = γ·x / (√mean(x²) + ε)", "ε belongs under the root",
       with_r([&](std::size_t k) { return 1 / (std::sqrt(s.mean_square(k)) + s.eps()); })},
      {"eps_missing", "y = γ·x / √mean(x²)", "ε is missing",
       with_r([&](std::size_t k) { return 1 / std::sqrt(s.mean_square(k)); })},
      {"root_missing", "y = γ·x / (mean(x²) + ε)", "the root of the mean square is missing",
       with_r([&](std::size_t k) { return 1 / (s.mean_square(k) + s.eps()); })}};
  if (s.has_weight()) {
    all.push_back({"weight_missing", "y = x / √(mean(x²) + ε)", "γ is left out",
                   s.of_each([&](std::size_t k) { return s.x_hat(k); })});
    all.push_back({"weight_as_residual", "y = (1 + γ)·x / √(mean(x²) + ε)",
                   "γ is taken as an offset from 1, as in Gemma",
                   s.of_each([&](std::size_t k) { return (1 + s.weight(k)) * s.x_hat(k); })});
  }
  return all;
}

std::vector<Prediction> wrong_input_gradients(const RmsNormSpec& spec, const LayerValues& v) {
  const Rows s(spec, v, v.x);
  // r·(g - a·mean(g) - b·x̂·mean(g·x̂))
  const auto d_x = [&](auto g, double a, double b) {
    const Values mean = s.means(g), with_x_hat = s.means([&](std::size_t k) { return g(k) * s.x_hat(k); });
    return s.of_each([&](std::size_t k) {
      return s.r(k) * (g(k) - a * mean[s.of(k)] - b * s.x_hat(k) * with_x_hat[s.of(k)]);
    });
  };
  const auto d_y = [&](std::size_t k) { return v.d_y[k]; };
  const auto g = [&](std::size_t k) { return s.weight(k) * v.d_y[k]; };
  const Values right = d_x(g, 0, 1), without_weight = d_x(d_y, 0, 1);
  std::vector<Prediction> all{
      {"square_term_missing", "d_x = γ·r·d_y", "the mean square depends on x too: its term is left out",
       d_x(g, 0, 0)},
      {"square_term_sign", "d_x = r·(g + x̂·mean(g·x̂)), g = γ·d_y",
       "the sign of the term of the mean square is wrong", d_x(g, 0, -1)},
      {"square_term_doubled", "d_x = r·(g - 2·x̂·mean(g·x̂)), g = γ·d_y",
       "the 2 of the square and the ½ of the root cancel: one of them is left out", d_x(g, 0, 2)},
      {"mean_term_added", "d_x = r·(g - mean(g) - x̂·mean(g·x̂)), g = γ·d_y",
       "no mean was subtracted, so none flows back: the formula is layer norm's", d_x(g, 1, 1)},
      {"sum_for_mean", "d_x = r·(g - x̂·Σ(g·x̂)), g = γ·d_y", "a sum stands where a mean belongs",
       d_x(g, 0, s.n())},
      {"root_missing", "d_x = g - x̂·mean(g·x̂), g = γ·d_y",
       "the division by √(mean(x²) + ε) is left out of the way back",
       s.of_each([&](std::size_t k) { return right[k] / s.r(k); })},
      {"eps_outside_root", "d_x = (g - x̂·mean(g·x̂)) / (√mean(x²) + ε), g = γ·d_y", "ε belongs under the root",
       s.of_each(
           [&](std::size_t k) { return right[k] / s.r(k) / (std::sqrt(s.mean_square(k)) + s.eps()); })}};
  if (s.has_weight()) {
    all.push_back(
        {"weight_missing", "d_x = r·(d_y - x̂·mean(d_y·x̂))", "γ is left out of the way back", without_weight});
    all.push_back({"weight_outside_means", "d_x = γ·r·(d_y - x̂·mean(d_y·x̂))",
                   "γ differs within a row, so it belongs into the mean",
                   s.of_each([&](std::size_t k) { return s.weight(k) * without_weight[k]; })});
  }
  return all;
}

std::vector<Prediction> wrong_weight_gradients(const RmsNormSpec& spec, const LayerValues& v) {
  const Rows s(spec, v, v.x);
  const auto times_d_y = [&](auto factor, std::size_t first = 0) {
    return s.sums([&](std::size_t k) { return v.d_y[k] * factor(k); }, first);
  };
  const auto x_hat = [&](std::size_t k) { return s.x_hat(k); };
  std::vector<Prediction> all{
      {"input_for_normalised", "d_γ = Σ d_y·x", "x stands where x̂ belongs",
       times_d_y([&](std::size_t k) { return v.x[k]; })},
      {"output_for_normalised", "d_γ = Σ d_y·y", "y stands where x̂ belongs",
       times_d_y([&](std::size_t k) { return v.y[k]; })},
      {"averaged", "d_γ = mean(d_y·x̂)", "a sum over the rows is averaged",
       times_d_y([&](std::size_t k) { return s.x_hat(k) / static_cast<double>(s.count()); })},
      {"upstream_ignored", "d_γ = Σ x̂", "what flows back into the layer is left out", s.sums(x_hat)},
      {"last_sample_only", "d_γ = d_y·x̂ of the last row",
       "the sum over the rows keeps the last alone: overwritten instead of added",
       times_d_y(x_hat, s.count() - 1)}};
  if (v.previous_x.shape == v.x.shape) {
    const Rows before(spec, v, v.previous_x);
    all.push_back({"stale", "d_γ = Σ d_y·x̂ with the x̂ of the step before",
                   "what was kept is not that of the last way forward",
                   times_d_y([&](std::size_t k) { return before.x_hat(k); })});
  }
  return all;
}

}  // namespace rms_norm_mistakes

std::vector<Prediction> RmsNormSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace rms_norm_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(*this, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(*this, v);
  if (quantity.role == Role::parameter_gradient) return wrong_weight_gradients(*this, v);
  return {};
}

}  // namespace twin
