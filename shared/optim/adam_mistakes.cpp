#include <algorithm>
#include <cmath>

#include "shared/optim/adam.hpp"

namespace twin {
namespace adam_mistakes {

// One update of one parameter. What depends on an element is asked for with its index k.
struct Update {
  const AdamSpec& o;
  const UpdateValues& u;

  double g(std::size_t k) const { return u.gradient[k] + o.weight_decay * u.value[k]; }
  double old_m(std::size_t k) const { return u.state.at("exp_avg")[k]; }
  double old_v(std::size_t k) const { return u.state.at("exp_avg_sq")[k]; }
  double m(std::size_t k) const { return o.beta1 * old_m(k) + (1 - o.beta1) * g(k); }
  double v(std::size_t k) const { return o.beta2 * old_v(k) + (1 - o.beta2) * g(k) * g(k); }
  double old_max(std::size_t k) const { return u.state.at("max_exp_avg_sq")[k]; }
  // The second moment that the step divides by.
  double root_of(std::size_t k) const { return o.amsgrad ? std::max(old_max(k), v(k)) : v(k); }
  double old_root_of(std::size_t k) const { return o.amsgrad ? old_max(k) : old_v(k); }

  // 1 - βᵗ, in a step that counts itself t.
  static double correction(double beta, std::int64_t t) { return 1 - std::pow(beta, static_cast<double>(t)); }
  double c1() const { return correction(o.beta1, u.step); }
  double c2() const { return correction(o.beta2, u.step); }
  double step(double m_hat, double v_hat) const { return u.lr * m_hat / (std::sqrt(v_hat) + o.eps); }

  template <typename Rule>
  std::vector<double> of_each(const Rule& rule) const {
    return each(u.gradient.size(), rule);
  }
};

std::vector<Prediction> wrong_first_moments(const Update& s) {
  const AdamSpec& o = s.o;
  std::vector<Prediction> all{
      {"never_updated", "m ← m", "the first moment is never updated",
       s.of_each([&](std::size_t k) { return s.old_m(k); })},
      {"averaging_missing", "m ← β₁m + g",
       "the factor 1 - β₁ of the average is missing, as in SGD's velocity",
       s.of_each([&](std::size_t k) { return o.beta1 * s.old_m(k) + s.g(k); })},
      {"averaging_swapped", "m ← (1-β₁)m + β₁g", "β₁ and 1 - β₁ are exchanged",
       s.of_each([&](std::size_t k) { return (1 - o.beta1) * s.old_m(k) + o.beta1 * s.g(k); })},
      {"betas_swapped", "m ← β₂m + (1-β₂)g", "β₁ and β₂ are exchanged",
       s.of_each([&](std::size_t k) { return o.beta2 * s.old_m(k) + (1 - o.beta2) * s.g(k); })},
      {"moment_dropped", "m ← (1-β₁)g", "the old first moment is dropped",
       s.of_each([&](std::size_t k) { return (1 - o.beta1) * s.g(k); })},
      {"ascent", "m ← β₁m - (1-β₁)g", "the sign of the gradient is wrong",
       s.of_each([&](std::size_t k) { return o.beta1 * s.old_m(k) - (1 - o.beta1) * s.g(k); })},
  };
  if (o.weight_decay == 0) return all;
  all.push_back(
      {"decay_missing", "m ← β₁m + (1-β₁)g without weight_decay·w in g",
       "the decay is not in the gradient that is averaged: it is missing, or decoupled as in AdamW",
       s.of_each([&](std::size_t k) { return o.beta1 * s.old_m(k) + (1 - o.beta1) * s.u.gradient[k]; })});
  return all;
}

std::vector<Prediction> wrong_second_moments(const Update& s) {
  const AdamSpec& o = s.o;
  const auto averaged = [&](auto square) {
    return s.of_each([&](std::size_t k) { return o.beta2 * s.old_v(k) + (1 - o.beta2) * square(k); });
  };
  std::vector<Prediction> all{
      {"never_updated", "v ← v", "the second moment is never updated",
       s.of_each([&](std::size_t k) { return s.old_v(k); })},
      {"averaging_missing", "v ← β₂v + g²", "the factor 1 - β₂ of the average is missing",
       s.of_each([&](std::size_t k) { return o.beta2 * s.old_v(k) + s.g(k) * s.g(k); })},
      {"averaging_swapped", "v ← (1-β₂)v + β₂g²", "β₂ and 1 - β₂ are exchanged",
       s.of_each([&](std::size_t k) { return (1 - o.beta2) * s.old_v(k) + o.beta2 * s.g(k) * s.g(k); })},
      {"betas_swapped", "v ← β₁v + (1-β₁)g²", "β₁ and β₂ are exchanged",
       s.of_each([&](std::size_t k) { return o.beta1 * s.old_v(k) + (1 - o.beta1) * s.g(k) * s.g(k); })},
      {"moment_dropped", "v ← (1-β₂)g²", "the old second moment is dropped",
       s.of_each([&](std::size_t k) { return (1 - o.beta2) * s.g(k) * s.g(k); })},
      {"square_missing", "v ← β₂v + (1-β₂)g", "the gradient is not squared",
       averaged([&](std::size_t k) { return s.g(k); })},
      {"square_missing", "v ← β₂v + (1-β₂)|g|", "the gradient is not squared",
       averaged([&](std::size_t k) { return std::abs(s.g(k)); })},
      {"moment_squared", "v ← β₂v + (1-β₂)m²", "the first moment is squared, not the gradient",
       averaged([&](std::size_t k) { return s.m(k) * s.m(k); })},
  };
  if (o.weight_decay == 0) return all;
  all.push_back({"decay_missing", "v ← β₂v + (1-β₂)g² without weight_decay·w in g",
                 "the decay is not in the gradient that is squared: it is missing, or decoupled as in AdamW",
                 averaged([&](std::size_t k) { return s.u.gradient[k] * s.u.gradient[k]; })});
  return all;
}

std::vector<Prediction> wrong_maxima(const Update& s) {
  return {
      {"never_updated", "max ← max", "the largest second moment is never updated",
       s.of_each([&](std::size_t k) { return s.old_max(k); })},
      {"maximum_missing", "max ← v", "the second moment itself stands where its largest value belongs",
       s.of_each([&](std::size_t k) { return s.v(k); })},
      {"maximum_of_corrected", "max ← max(max, v̂)",
       "the moments are compared after their correction: in PyTorch before it",
       s.of_each([&](std::size_t k) { return std::max(s.old_max(k), s.v(k) / s.c2()); })},
      {"minimum", "max ← min(max, v)", "the smallest is kept: from 0 it never rises",
       s.of_each([&](std::size_t k) { return std::min(s.old_max(k), s.v(k)); })},
  };
}

std::vector<Prediction> wrong_updates(const Update& s) {
  const AdamSpec& o = s.o;
  const double lr = s.u.lr, c1 = s.c1(), c2 = s.c2();
  const auto counted_from = [&](std::int64_t t) {
    return s.of_each([&, d1 = Update::correction(o.beta1, t), d2 = Update::correction(o.beta2, t)](
                         std::size_t k) { return s.step(s.m(k) / d1, s.root_of(k) / d2); });
  };
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", s.of_each([](std::size_t) { return 0.0; })},
      {"ascent", "w ← w + lr·m̂ / (√v̂ + eps)", "it moves along the gradient, up the hill",
       s.of_each([&](std::size_t k) { return -s.step(s.m(k) / c1, s.root_of(k) / c2); })},
      {"lr_missing", "w ← w - m̂ / (√v̂ + eps)", "the learning rate is missing",
       s.of_each([&](std::size_t k) { return s.step(s.m(k) / c1, s.root_of(k) / c2) / lr; })},
      {"bias_correction_missing", "w ← w - lr·m / (√v + eps)",
       "the moments start at 0 and are not corrected for it",
       s.of_each([&](std::size_t k) { return s.step(s.m(k), s.root_of(k)); })},
      {"bias_correction_of_v_missing", "w ← w - lr·m̂ / (√v + eps)",
       "the second moment starts at 0 and is not corrected for it",
       s.of_each([&](std::size_t k) { return s.step(s.m(k) / c1, s.root_of(k)); })},
      {"bias_correction_of_m_missing", "w ← w - lr·m / (√v̂ + eps)",
       "the first moment starts at 0 and is not corrected for it",
       s.of_each([&](std::size_t k) { return s.step(s.m(k), s.root_of(k) / c2); })},
      {"bias_correction_outside_root", "w ← w - lr·m̂ / (√v / (1-β₂ᵗ) + eps)",
       "the correction of the second moment belongs under the root",
       s.of_each([&](std::size_t k) { return s.step(s.m(k) / c1, s.root_of(k) / (c2 * c2)); })},
      {"step_count", "w ← w - lr·m̂ / (√v̂ + eps) with t + 1 for t",
       "the first step counts itself as the second", counted_from(s.u.step + 1)},
      {"step_count", "w ← w - lr·m̂ / (√v̂ + eps) with t = 1 for t", "the steps are not counted",
       counted_from(1)},
      {"eps_before_correction", "w ← w - lr·√(1-β₂ᵗ)/(1-β₁ᵗ)·m / (√v + eps)",
       "eps is added before the root is corrected: as in the short form of the paper, not in PyTorch",
       s.of_each([&](std::size_t k) { return std::sqrt(c2) * s.step(s.m(k) / c1, s.root_of(k)); })},
      {"eps_inside_root", "w ← w - lr·m̂ / √(v̂ + eps)", "eps belongs beside the root",
       s.of_each([&](std::size_t k) { return lr * (s.m(k) / c1) / std::sqrt(s.root_of(k) / c2 + o.eps); })},
      {"eps_missing", "w ← w - lr·m̂ / √v̂", "eps is missing",
       s.of_each([&](std::size_t k) { return lr * (s.m(k) / c1) / std::sqrt(s.root_of(k) / c2); })},
      {"root_missing", "w ← w - lr·m̂ / (v̂ + eps)", "the root of the second moment is missing",
       s.of_each([&](std::size_t k) { return lr * (s.m(k) / c1) / (s.root_of(k) / c2 + o.eps); })},
      {"scaling_missing", "w ← w - lr·m̂", "the division by √v̂ is missing",
       s.of_each([&](std::size_t k) { return lr * s.m(k) / c1; })},
      {"moment_unused", "w ← w - lr·g / (√v̂ + eps)", "the gradient stands where its average belongs",
       s.of_each([&](std::size_t k) { return s.step(s.g(k), s.root_of(k) / c2); })},
      {"old_moments", "w ← w - lr·m̂ / (√v̂ + eps) with the moments before their update",
       "the moments of the step before move it",
       s.of_each([&](std::size_t k) { return s.step(s.old_m(k) / c1, s.old_root_of(k) / c2); })},
  };
  if (o.amsgrad)
    all.push_back({"maximum_unused", "w ← w - lr·m̂ / (√v̂ + eps) with v for its largest value",
                   "the largest second moment is kept, and not used",
                   s.of_each([&](std::size_t k) { return s.step(s.m(k) / c1, s.v(k) / c2); })});
  if (o.weight_decay == 0) return all;
  all.push_back({"decay_twice", "w ← w - lr·m̂ / (√v̂ + eps) - lr·weight_decay·w",
                 "the decay is in the gradient already, and comes again as in AdamW",
                 s.of_each([&](std::size_t k) {
                   return s.step(s.m(k) / c1, s.root_of(k) / c2) + lr * o.weight_decay * s.u.value[k];
                 })});
  return all;
}

}  // namespace adam_mistakes

std::vector<Prediction> AdamSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace adam_mistakes;
  const adam_mistakes::Update update{*this, u};
  if (quantity.role != Role::state) return wrong_updates(update);
  if (quantity.name == "exp_avg") return wrong_first_moments(update);
  return quantity.name == "exp_avg_sq" ? wrong_second_moments(update) : wrong_maxima(update);
}

}  // namespace twin
