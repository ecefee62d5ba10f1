#include <algorithm>
#include <cmath>

#include "shared/optim/adamax.hpp"

namespace twin {
namespace adamax_mistakes {

// One update of one parameter. What depends on an element is asked for with its index k.
struct Update {
  const AdamaxSpec& o;
  const UpdateValues& u;

  double raw(std::size_t k) const { return u.gradient[k]; }
  double decay(std::size_t k) const { return o.weight_decay * u.value[k]; }
  double g(std::size_t k) const { return raw(k) + decay(k); }
  double old_m(std::size_t k) const { return u.state.at("exp_avg")[k]; }
  double old_n(std::size_t k) const { return u.state.at("exp_inf")[k]; }
  double m(std::size_t k) const { return o.beta1 * old_m(k) + (1 - o.beta1) * g(k); }
  double n(std::size_t k) const { return std::max(o.beta2 * old_n(k), std::abs(g(k)) + o.eps); }
  // 1 - βᵗ, in a step that counts itself t.
  static double correction(double beta, std::int64_t t) { return 1 - std::pow(beta, static_cast<double>(t)); }

  template <typename Rule>
  std::vector<double> of_each(const Rule& rule) const {
    return each(u.gradient.size(), rule);
  }
};

std::vector<Prediction> wrong_norms(const Update& s) {
  const AdamaxSpec& o = s.o;
  std::vector<Prediction> all{
      {"never_updated", "n ← n", "the norm is never updated",
       s.of_each([&](std::size_t k) { return s.old_n(k); })},
      {"norm_never_forgets", "n ← max(n, |g| + eps)", "β₂ is missing: the norm never forgets",
       s.of_each([&](std::size_t k) { return std::max(s.old_n(k), std::abs(s.g(k)) + o.eps); })},
      {"maximum_missing", "n ← |g| + eps", "the old norm is dropped",
       s.of_each([&](std::size_t k) { return std::abs(s.g(k)) + o.eps; })},
      {"absolute_missing", "n ← max(β₂n, g + eps)", "the size of the gradient is taken with its sign",
       s.of_each([&](std::size_t k) { return std::max(o.beta2 * s.old_n(k), s.g(k) + o.eps); })},
      {"moving_average", "n ← β₂n + (1-β₂)|g|", "the sizes are averaged, where the largest belongs",
       s.of_each([&](std::size_t k) { return o.beta2 * s.old_n(k) + (1 - o.beta2) * std::abs(s.g(k)); })},
      {"square_kept", "n ← max(β₂n, g² + eps)", "the gradient is squared, as in Adam",
       s.of_each([&](std::size_t k) { return std::max(o.beta2 * s.old_n(k), s.g(k) * s.g(k) + o.eps); })},
      {"second_moment", "n ← β₂n + (1-β₂)g²", "that is Adam's second moment",
       s.of_each([&](std::size_t k) { return o.beta2 * s.old_n(k) + (1 - o.beta2) * s.g(k) * s.g(k); })},
      {"betas_swapped", "n ← max(β₁n, |g| + eps)", "β₁ and β₂ are exchanged",
       s.of_each([&](std::size_t k) { return std::max(o.beta1 * s.old_n(k), std::abs(s.g(k)) + o.eps); })},
      {"eps_missing", "n ← max(β₂n, |g|)", "eps is missing",
       s.of_each([&](std::size_t k) { return std::max(o.beta2 * s.old_n(k), std::abs(s.g(k))); })},
      {"eps_outside_maximum", "n ← max(β₂n, |g|) + eps", "eps is added to the size of the gradient alone",
       s.of_each([&](std::size_t k) { return std::max(o.beta2 * s.old_n(k), std::abs(s.g(k))) + o.eps; })},
  };
  if (o.weight_decay == 0) return all;
  all.push_back(
      {"decay_missing", "n ← max(β₂n, |g| + eps) without weight_decay·w in g",
       "the decay is not in the gradient that is measured: it is missing, or decoupled as in AdamW",
       s.of_each([&](std::size_t k) { return std::max(o.beta2 * s.old_n(k), std::abs(s.raw(k)) + o.eps); })});
  return all;
}

std::vector<Prediction> wrong_updates(const Update& s) {
  const AdamaxSpec& o = s.o;
  const double lr = s.u.lr, c1 = Update::correction(o.beta1, s.u.step),
               c2 = Update::correction(o.beta2, s.u.step);
  const auto corrected_by = [&](double c) {
    return s.of_each([&](std::size_t k) { return lr * s.m(k) / c / s.n(k); });
  };
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", s.of_each([](std::size_t) { return 0.0; })},
      {"ascent", "w ← w + lr·m̂ / n", "it moves along the gradient, up the hill", corrected_by(-c1)},
      {"lr_missing", "w ← w - m̂ / n", "the learning rate is missing", corrected_by(lr * c1)},
      {"bias_correction_missing", "w ← w - lr·m / n", "the moment starts at 0 and is not corrected for it",
       corrected_by(1)},
      {"bias_correction_of_norm", "w ← w - lr·m̂ / (n / (1-β₂ᵗ))",
       "the norm is corrected as a moment: a maximum needs no correction",
       s.of_each([&](std::size_t k) { return lr * s.m(k) / c1 / (s.n(k) / c2); })},
      {"step_count", "w ← w - lr·m̂ / n with t + 1 for t", "the first step counts itself as the second",
       corrected_by(Update::correction(o.beta1, s.u.step + 1))},
      {"step_count", "w ← w - lr·m̂ / n with t = 1 for t", "the steps are not counted",
       corrected_by(Update::correction(o.beta1, 1))},
      {"root_taken", "w ← w - lr·m̂ / √n", "a root is taken, as in Adam: n is no square",
       s.of_each([&](std::size_t k) { return lr * s.m(k) / c1 / std::sqrt(s.n(k)); })},
      {"eps_twice", "w ← w - lr·m̂ / (n + eps)", "eps is in the norm already",
       s.of_each([&](std::size_t k) { return lr * s.m(k) / c1 / (s.n(k) + o.eps); })},
      {"scaling_missing", "w ← w - lr·m̂", "the division by the norm is missing",
       s.of_each([&](std::size_t k) { return lr * s.m(k) / c1; })},
      {"moment_unused", "w ← w - lr·g / n", "the gradient stands where its average belongs",
       s.of_each([&](std::size_t k) { return lr * s.g(k) / s.n(k); })},
      {"old_norm", "w ← w - lr·m̂ / n with n before its update", "the norm of the step before is divided by",
       s.of_each([&](std::size_t k) { return lr * s.m(k) / c1 / s.old_n(k); })},
  };
  if (o.weight_decay != 0)
    all.push_back({"decay_twice", "w ← w - lr·m̂ / n - lr·weight_decay·w",
                   "the decay is in the gradient already, and comes again as in AdamW",
                   s.of_each([&](std::size_t k) { return lr * (s.m(k) / c1 / s.n(k) + s.decay(k)); })});
  return all;
}

}  // namespace adamax_mistakes

std::vector<Prediction> AdamaxSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace adamax_mistakes;
  const adamax_mistakes::Update update{*this, u};
  if (quantity.role != Role::state) return wrong_updates(update);
  return quantity.name == "exp_avg" ? adam().mistakes(quantity, u) : wrong_norms(update);
}

}  // namespace twin
