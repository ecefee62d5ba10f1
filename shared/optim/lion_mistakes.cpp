#include "shared/optim/lion.hpp"

namespace twin {
namespace lion_mistakes {

double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

// One update of one parameter. What depends on an element is asked for with its index k.
struct Update {
  const LionSpec& o;
  const UpdateValues& u;

  double g(std::size_t k) const { return u.gradient[k]; }
  double decay(std::size_t k) const { return o.weight_decay * u.value[k]; }
  double old_m(std::size_t k) const { return u.state.at("exp_avg")[k]; }
  // Of the moment and a gradient.
  static double between(double beta, double m, double gradient) { return beta * m + (1 - beta) * gradient; }
  double c(std::size_t k) const { return between(o.beta1, old_m(k), g(k)); }

  template <typename Rule>
  std::vector<double> of_each(const Rule& rule) const {
    return each(u.gradient.size(), rule);
  }
};

std::vector<Prediction> wrong_moments(const Update& s) {
  const LionSpec& o = s.o;
  const auto m = [&](auto rule) {
    return s.of_each([&](std::size_t k) { return rule(s.old_m(k), s.g(k)); });
  };
  std::vector<Prediction> all{
      {"never_updated", "m ← m", "the moment is never updated", m([](double m0, double) { return m0; })},
      {"interpolation_kept", "m ← β₁m + (1-β₁)g",
       "what the sign is taken of is kept as the moment, which has a β of its own",
       m([&](double m0, double g) { return Update::between(o.beta1, m0, g); })},
      {"averaging_missing", "m ← β₂m + g", "the factor 1 - β₂ of the average is missing",
       m([&](double m0, double g) { return o.beta2 * m0 + g; })},
      {"averaging_swapped", "m ← (1-β₂)m + β₂g", "β₂ and 1 - β₂ are exchanged",
       m([&](double m0, double g) { return Update::between(1 - o.beta2, m0, g); })},
      {"moment_dropped", "m ← (1-β₂)g", "the old moment is dropped",
       m([&](double, double g) { return (1 - o.beta2) * g; })},
      {"ascent", "m ← β₂m - (1-β₂)g", "the sign of the gradient is wrong",
       m([&](double m0, double g) { return Update::between(o.beta2, m0, -g); })},
      {"sign_averaged", "m ← β₂m + (1-β₂)·sign(g)", "the signs are averaged, where the gradients belong",
       m([&](double m0, double g) { return Update::between(o.beta2, m0, sign(g)); })},
  };
  if (o.weight_decay != 0)
    all.push_back({"decay_in_gradient", "m ← β₂m + (1-β₂)(g + weight_decay·w)",
                   "the decay is in the gradient: decoupled, it never meets the moment",
                   s.of_each([&](std::size_t k) {
                     return Update::between(o.beta2, s.old_m(k), s.g(k) + s.decay(k));
                   })});
  return all;
}

std::vector<Prediction> wrong_updates(const Update& s) {
  const LionSpec& o = s.o;
  const double lr = s.u.lr;
  const auto by = [&](auto direction) {
    return s.of_each([&](std::size_t k) { return lr * (direction(k) + s.decay(k)); });
  };
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", s.of_each([](std::size_t) { return 0.0; })},
      {"ascent", "w ← w + lr·sign(c)", "it moves along the gradient, up the hill",
       by([&](std::size_t k) { return -sign(s.c(k)); })},
      {"lr_missing", "w ← w - sign(c)", "the learning rate is missing",
       s.of_each([&](std::size_t k) { return sign(s.c(k)) + lr * s.decay(k); })},
      {"sign_missing", "w ← w - lr·c", "the sign is left out: large gradients take longer steps",
       by([&](std::size_t k) { return s.c(k); })},
      {"moment_unused", "w ← w - lr·sign(g)", "the moment is kept, and not used",
       by([&](std::size_t k) { return sign(s.g(k)); })},
      {"new_moment", "w ← w - lr·sign(m) with m after its update",
       "the sign is that of the moment, which hears too little of the last gradient",
       by([&](std::size_t k) { return sign(Update::between(o.beta2, s.old_m(k), s.g(k))); })},
      {"updated_moment", "w ← w - lr·sign(β₁m + (1-β₁)g) with m after its update",
       "the moment is updated before its use: the last gradient counts twice", by([&](std::size_t k) {
         return sign(Update::between(o.beta1, Update::between(o.beta2, s.old_m(k), s.g(k)), s.g(k)));
       })},
      {"averaging_swapped", "w ← w - lr·sign((1-β₁)m + β₁g)", "β₁ and 1 - β₁ are exchanged",
       by([&](std::size_t k) { return sign(Update::between(1 - o.beta1, s.old_m(k), s.g(k))); })},
      {"old_moments", "w ← w - lr·sign(m)", "the moment of the step before moves it, without the gradient",
       by([&](std::size_t k) { return sign(s.old_m(k)); })},
  };
  if (o.weight_decay == 0) return all;
  all.push_back({"decay_missing", "w ← w - lr·sign(c)", "the decay is left out",
                 s.of_each([&](std::size_t k) { return lr * sign(s.c(k)); })});
  all.push_back({"decay_sign", "w ← w - lr·(sign(c) - weight_decay·w)",
                 "the weights grow instead of decaying",
                 s.of_each([&](std::size_t k) { return lr * (sign(s.c(k)) - s.decay(k)); })});
  all.push_back({"decay_without_lr", "w ← w - lr·sign(c) - weight_decay·w",
                 "the rate is missing in the decay",
                 s.of_each([&](std::size_t k) { return lr * sign(s.c(k)) + s.decay(k); })});
  all.push_back({"decay_after_step", "w ← (1 - lr·weight_decay)·(w - lr·sign(c))",
                 "the decay comes after the step, and makes that smaller too", s.of_each([&](std::size_t k) {
                   const double step = lr * sign(s.c(k));
                   return step + lr * o.weight_decay * (s.u.value[k] - step);
                 })});
  all.push_back({"decay_in_sign", "w ← w - lr·sign(c + weight_decay·w)",
                 "the decay is below the sign, where it says no more than yes or no",
                 s.of_each([&](std::size_t k) { return lr * sign(s.c(k) + s.decay(k)); })});
  return all;
}

}  // namespace lion_mistakes

std::vector<Prediction> LionSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace lion_mistakes;
  const lion_mistakes::Update update{*this, u};
  return quantity.role == Role::state ? wrong_moments(update) : wrong_updates(update);
}

}  // namespace twin
