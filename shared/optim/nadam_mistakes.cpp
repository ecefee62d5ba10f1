#include <cmath>

#include "shared/optim/nadam.hpp"

namespace twin {
namespace nadam_mistakes {

// One update of one parameter. What depends on an element is asked for with its index k.
struct Update {
  const NadamSpec& o;
  const UpdateValues& u;

  double decay(std::size_t k) const { return o.weight_decay * u.value[k]; }
  double g(std::size_t k) const { return u.gradient[k] + decay(k); }
  double old_m(std::size_t k) const { return u.state.at("exp_avg")[k]; }
  double m(std::size_t k) const { return o.beta1 * old_m(k) + (1 - o.beta1) * g(k); }
  double v(std::size_t k) const {
    return o.beta2 * u.state.at("exp_avg_sq")[k] + (1 - o.beta2) * g(k) * g(k);
  }
  double t() const { return static_cast<double>(u.step); }
  double c2() const { return 1 - std::pow(o.beta2, t()); }

  double mu(double step) const { return o.beta1 * (1 - 0.5 * std::pow(0.96, step * o.momentum_decay)); }
  // Π of so many steps.
  double product(std::int64_t steps) const {
    double all = 1;
    for (std::int64_t s = 1; s <= steps; ++s) all *= mu(static_cast<double>(s));
    return all;
  }

  template <typename Rule>
  std::vector<double> of_each(const Rule& rule) const {
    return each(u.gradient.size(), rule);
  }
};

// How much of the gradient and of the moment there is in a step.
struct Shares {
  double gradient, moment;
};

std::vector<Prediction> wrong_updates(const Update& s) {
  const NadamSpec& o = s.o;
  const double lr = s.u.lr, c2 = s.c2(), t = s.t();
  const double now = s.mu(t), next = s.mu(t + 1), product = s.product(s.u.step);
  const Shares right{(1 - now) / (1 - product), next / (1 - product * next)};
  const auto sum = [&](const Shares& of, std::size_t k) { return of.gradient * s.g(k) + of.moment * s.m(k); };
  // With other shares, or over another root.
  const auto shared = [&](const Shares& of) {
    return s.of_each([&](std::size_t k) { return lr * sum(of, k) / (std::sqrt(s.v(k) / c2) + o.eps); });
  };
  const auto over = [&](auto root) {
    return s.of_each([&](std::size_t k) { return lr * sum(right, k) / root(k); });
  };
  const double beta1_t = std::pow(o.beta1, t);
  const std::int64_t later = s.u.step + 1;
  const double later_now = s.mu(t + 1), later_next = s.mu(t + 2), later_product = s.product(later);
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", s.of_each([](std::size_t) { return 0.0; })},
      {"ascent", "w ← w + lr·… / (√v̂ + eps)", "it moves along the gradient, up the hill",
       shared({-right.gradient, -right.moment})},
      {"lr_missing", "w ← w - … / (√v̂ + eps)", "the learning rate is missing",
       shared({right.gradient / lr, right.moment / lr})},
      {"nesterov_missing", "w ← w - lr·m̂ / (√v̂ + eps)", "that is Adam's step, which does not look ahead",
       shared({0, 1 / (1 - beta1_t)})},
      {"gradient_missing", "w ← w - lr·μₜ₊₁/(1-Πₜ₊₁)·m / (√v̂ + eps)",
       "the gradient is missing beside the moment", shared({0, right.moment})},
      {"moment_unused", "w ← w - lr·(1-μₜ)/(1-Πₜ)·g / (√v̂ + eps)", "the moment is kept, and not used",
       shared({right.gradient, 0})},
      {"momentum_schedule_missing", "w ← w - lr·((1-β₁)/(1-β₁ᵗ)·g + β₁/(1-β₁ᵗ⁺¹)·m) / (√v̂ + eps)",
       "β₁ stands for the momentum that rises from β₁/2",
       shared({(1 - o.beta1) / (1 - beta1_t), o.beta1 / (1 - beta1_t * o.beta1)})},
      {"momentum_of_this_step", "w ← w - lr·((1-μₜ)/(1-Πₜ)·g + μₜ/(1-Πₜ·μₜ)·m) / (√v̂ + eps)",
       "the moment is multiplied by this step's momentum, where the next one's looks ahead",
       shared({right.gradient, now / (1 - product * now)})},
      {"product_of_this_step", "w ← w - lr·((1-μₜ)/(1-Πₜ)·g + μₜ₊₁/(1-Πₜ)·m) / (√v̂ + eps)",
       "the product of the next step, with μₜ₊₁ in it, corrects the moment",
       shared({right.gradient, next / (1 - product)})},
      {"bias_correction_missing", "w ← w - lr·((1-μₜ)·g + μₜ₊₁·m) / (√v̂ + eps)",
       "the moment starts at 0 and is not corrected for it", shared({1 - now, next})},
      {"bias_correction_of_v_missing", "w ← w - lr·… / (√v + eps)",
       "the second moment starts at 0 and is not corrected for it",
       over([&](std::size_t k) { return std::sqrt(s.v(k)) + o.eps; })},
      {"step_count", "w ← w - lr·… / (√v̂ + eps) with t + 1 for t in μ",
       "the first step counts itself as the second",
       shared({(1 - later_now) / (1 - later_product), later_next / (1 - later_product * later_next)})},
      {"step_count", "w ← w - lr·… / (√v̂ + eps) with t + 1 for t",
       "the first step counts itself as the second", s.of_each([&](std::size_t k) {
         const Shares of{(1 - later_now) / (1 - later_product),
                         later_next / (1 - later_product * later_next)};
         return lr * sum(of, k) / (std::sqrt(s.v(k) / (1 - std::pow(o.beta2, t + 1))) + o.eps);
       })},
      {"eps_inside_root", "w ← w - lr·… / √(v̂ + eps)", "eps belongs beside the root",
       over([&](std::size_t k) { return std::sqrt(s.v(k) / c2 + o.eps); })},
      {"eps_missing", "w ← w - lr·… / √v̂", "eps is missing",
       over([&](std::size_t k) { return std::sqrt(s.v(k) / c2); })},
      {"eps_before_correction", "w ← w - lr·√(1-β₂ᵗ)·… / (√v + eps)",
       "eps is added before the root is corrected",
       over([&](std::size_t k) { return (std::sqrt(s.v(k)) + o.eps) / std::sqrt(c2); })},
      {"root_missing", "w ← w - lr·… / (v̂ + eps)", "the root of the second moment is missing",
       over([&](std::size_t k) { return s.v(k) / c2 + o.eps; })},
      {"scaling_missing", "w ← w - lr·…", "the division by √v̂ is missing",
       over([](std::size_t) { return 1.0; })},
  };
  if (o.weight_decay != 0)
    all.push_back({"decay_twice", "w ← w - lr·… / (√v̂ + eps) - lr·weight_decay·w",
                   "the decay is in the gradient already, and comes again as in AdamW",
                   s.of_each([&](std::size_t k) {
                     return lr * (sum(right, k) / (std::sqrt(s.v(k) / c2) + o.eps) + s.decay(k));
                   })});
  return all;
}

}  // namespace nadam_mistakes

std::vector<Prediction> NadamSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace nadam_mistakes;
  if (quantity.role == Role::state) return adam().mistakes(quantity, u);
  return wrong_updates(nadam_mistakes::Update{*this, u});
}

}  // namespace twin
