#include <cmath>

#include "shared/optim/radam.hpp"

namespace twin {
namespace radam_mistakes {

// One update of one parameter. What depends on an element is asked for with its index k.
struct Update {
  const RadamSpec& o;
  const UpdateValues& u;

  double decay(std::size_t k) const { return o.weight_decay * u.value[k]; }
  double g(std::size_t k) const { return u.gradient[k] + decay(k); }
  double old_m(std::size_t k) const { return u.state.at("exp_avg")[k]; }
  double m(std::size_t k) const { return o.beta1 * old_m(k) + (1 - o.beta1) * g(k); }
  double v(std::size_t k) const {
    return o.beta2 * u.state.at("exp_avg_sq")[k] + (1 - o.beta2) * g(k) * g(k);
  }
  double t() const { return static_cast<double>(u.step); }
  double c1(double steps) const { return 1 - std::pow(o.beta1, steps); }
  double c2() const { return 1 - std::pow(o.beta2, t()); }

  // What m̂ is multiplied by beside the rate; r is 0 where the step is not rectified.
  double rectification() const {
    const double limit = 2 / (1 - o.beta2) - 1, rho = limit - 2 * t() * std::pow(o.beta2, t()) / c2();
    return rho > 5 ? std::sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)) : 0;
  }
  double adaptive(std::size_t k) const { return std::sqrt(c2()) / (std::sqrt(v(k)) + o.eps); }
  double scale(std::size_t k, double r) const { return r == 0 ? 1 : r * adaptive(k); }

  template <typename Rule>
  std::vector<double> of_each(const Rule& rule) const {
    return each(u.gradient.size(), rule);
  }
};

std::vector<Prediction> wrong_updates(const Update& s) {
  const RadamSpec& o = s.o;
  const double lr = s.u.lr, c1 = s.c1(s.t()), r = s.rectification();
  // With another moment in the place of m̂.
  const auto by = [&](auto moment) {
    return s.of_each([&](std::size_t k) { return lr * moment(k) * s.scale(k, r); });
  };
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", s.of_each([](std::size_t) { return 0.0; })},
      {"ascent", "w ← w + lr·m̂", "it moves along the gradient, up the hill",
       by([&](std::size_t k) { return -s.m(k) / c1; })},
      {"lr_missing", "w ← w - m̂", "the learning rate is missing",
       by([&](std::size_t k) { return s.m(k) / c1 / lr; })},
      {"rectification_missing", "w ← w - lr·m̂·√(1-β₂ᵗ) / (√v + eps) from the first step on",
       "that is Adam's step, by a second moment that averages too few gradients yet",
       s.of_each([&](std::size_t k) { return lr * s.m(k) / c1 * s.adaptive(k); })},
      {"adam_step", "w ← w - lr·m̂ / (√v̂ + eps) from the first step on",
       "that is Adam's step, with Adam's place for eps",
       s.of_each([&](std::size_t k) { return lr * s.m(k) / c1 / (std::sqrt(s.v(k) / s.c2()) + o.eps); })},
      {"bias_correction_missing", "w ← w - lr·m", "the moment starts at 0 and is not corrected for it",
       by([&](std::size_t k) { return s.m(k); })},
      {"step_count", "w ← w - lr·m̂ with t + 1 for t", "the first step counts itself as the second",
       by([&](std::size_t k) { return s.m(k) / s.c1(s.t() + 1); })},
      {"step_count", "w ← w - lr·m̂ with t = 1 for t", "the steps are not counted",
       by([&](std::size_t k) { return s.m(k) / s.c1(1); })},
      {"moment_unused", "w ← w - lr·g", "the gradient stands where its average belongs",
       by([&](std::size_t k) { return s.g(k); })},
      {"old_moments", "w ← w - lr·m̂ with m before its update", "the moment of the step before moves it",
       by([&](std::size_t k) { return s.old_m(k) / c1; })},
  };
  if (o.weight_decay != 0)
    all.push_back(
        {"decay_twice", "w ← w - lr·m̂ - lr·weight_decay·w",
         "the decay is in the gradient already, and comes again as in AdamW",
         s.of_each([&](std::size_t k) { return lr * (s.m(k) / c1 * s.scale(k, r) + s.decay(k)); })});
  return all;
}

}  // namespace radam_mistakes

std::vector<Prediction> RadamSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace radam_mistakes;
  if (quantity.role == Role::state) return adam().mistakes(quantity, u);
  return wrong_updates(radam_mistakes::Update{*this, u});
}

}  // namespace twin
