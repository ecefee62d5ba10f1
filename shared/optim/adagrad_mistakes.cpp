#include <cmath>

#include "shared/optim/adagrad.hpp"

namespace twin {
namespace adagrad_mistakes {

// One update of one parameter. What depends on an element is asked for with its index k.
struct Update {
  const AdagradSpec& o;
  const UpdateValues& u;

  double raw(std::size_t k) const { return u.gradient[k]; }
  double g(std::size_t k) const { return raw(k) + o.weight_decay * u.value[k]; }
  double old_sum(std::size_t k) const { return u.state.at("sum")[k]; }
  double sum(std::size_t k) const { return old_sum(k) + g(k) * g(k); }
  double rate() const { return rate_of(static_cast<double>(u.step)); }
  // Of a step that counts itself t.
  double rate_of(double t) const { return u.lr / (1 + (t - 1) * o.lr_decay); }

  template <typename Rule>
  std::vector<double> of_each(const Rule& rule) const {
    return each(u.gradient.size(), rule);
  }
};

std::vector<Prediction> wrong_sums(const Update& s) {
  std::vector<Prediction> all{
      {"never_updated", "sum ← sum", "the sum of squares is never updated",
       s.of_each([&](std::size_t k) { return s.old_sum(k); })},
      {"square_missing", "sum ← sum + g", "the gradient is not squared",
       s.of_each([&](std::size_t k) { return s.old_sum(k) + s.g(k); })},
      {"square_missing", "sum ← sum + |g|", "the gradient is not squared",
       s.of_each([&](std::size_t k) { return s.old_sum(k) + std::abs(s.g(k)); })},
      {"sum_dropped", "sum ← g²", "the squares of earlier gradients are dropped",
       s.of_each([&](std::size_t k) { return s.g(k) * s.g(k); })},
      {"moving_average", "sum ← 0.9·sum + 0.1·g²",
       "that is a moving average, as in RMSprop: Adagrad adds the squares up",
       s.of_each([&](std::size_t k) { return 0.9 * s.old_sum(k) + 0.1 * s.g(k) * s.g(k); })},
      {"moving_average", "sum ← 0.99·sum + 0.01·g²",
       "that is a moving average, as in RMSprop: Adagrad adds the squares up",
       s.of_each([&](std::size_t k) { return 0.99 * s.old_sum(k) + 0.01 * s.g(k) * s.g(k); })},
  };
  if (s.o.weight_decay == 0) return all;
  all.push_back({"decay_missing", "sum ← sum + g² without weight_decay·w in g",
                 "the decay is not in the gradient that is squared: it is missing, or decoupled as in AdamW",
                 s.of_each([&](std::size_t k) { return s.old_sum(k) + s.raw(k) * s.raw(k); })});
  return all;
}

std::vector<Prediction> wrong_updates(const Update& s) {
  const AdagradSpec& o = s.o;
  const double rate = s.rate();
  const auto step = [&](double of, double g, double sum) { return of * g / (std::sqrt(sum) + o.eps); };
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", s.of_each([](std::size_t) { return 0.0; })},
      {"ascent", "w ← w + lr·g / (√sum + eps)", "it moves along the gradient, up the hill",
       s.of_each([&](std::size_t k) { return -step(rate, s.g(k), s.sum(k)); })},
      {"lr_missing", "w ← w - g / (√sum + eps)", "the learning rate is missing",
       s.of_each([&](std::size_t k) { return step(rate / s.u.lr, s.g(k), s.sum(k)); })},
      {"root_missing", "w ← w - lr·g / (sum + eps)", "the root of the sum is missing",
       s.of_each([&](std::size_t k) { return rate * s.g(k) / (s.sum(k) + o.eps); })},
      {"scaling_missing", "w ← w - lr·g", "the division by √sum is missing",
       s.of_each([&](std::size_t k) { return rate * s.g(k); })},
      {"old_sum", "w ← w - lr·g / (√sum + eps) with the sum before its update",
       "the sum of the step before is divided by",
       s.of_each([&](std::size_t k) { return step(rate, s.g(k), s.old_sum(k)); })},
      {"eps_inside_root", "w ← w - lr·g / √(sum + eps)", "eps belongs beside the root",
       s.of_each([&](std::size_t k) { return rate * s.g(k) / std::sqrt(s.sum(k) + o.eps); })},
      {"eps_missing", "w ← w - lr·g / √sum", "eps is missing",
       s.of_each([&](std::size_t k) { return rate * s.g(k) / std::sqrt(s.sum(k)); })},
      {"mean_of_squares", "w ← w - lr·g / (√(sum / t) + eps)",
       "the sum of the squares stands under the root, not their mean", s.of_each([&](std::size_t k) {
         return step(rate, s.g(k), s.sum(k) / static_cast<double>(s.u.step));
       })},
  };
  if (o.lr_decay != 0) {
    all.push_back({"lr_decay_missing", "w ← w - lr·g / (√sum + eps) with a rate that does not decay",
                   "the decay of the rate is left out",
                   s.of_each([&](std::size_t k) { return step(s.u.lr, s.g(k), s.sum(k)); })});
    all.push_back({"step_count", "w ← w - lr / (1 + t·lr_decay)·g / (√sum + eps)",
                   "the rate of the first step has decayed already", s.of_each([&](std::size_t k) {
                     return step(s.rate_of(static_cast<double>(s.u.step + 1)), s.g(k), s.sum(k));
                   })});
  }
  if (o.weight_decay != 0) {
    all.push_back({"decay_missing", "w ← w - lr·g / (√sum + eps) without weight_decay·w in g",
                   "the decay is in the sum, and not in the gradient that is divided",
                   s.of_each([&](std::size_t k) { return step(rate, s.raw(k), s.sum(k)); })});
    all.push_back({"decay_twice", "w ← w - lr·g / (√sum + eps) - lr·weight_decay·w",
                   "the decay is in the gradient already, and comes again as in AdamW",
                   s.of_each([&](std::size_t k) {
                     return step(rate, s.g(k), s.sum(k)) + rate * o.weight_decay * s.u.value[k];
                   })});
  }
  return all;
}

}  // namespace adagrad_mistakes

std::vector<Prediction> AdagradSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace adagrad_mistakes;
  const adagrad_mistakes::Update update{*this, u};
  return quantity.role == Role::state ? wrong_sums(update) : wrong_updates(update);
}

}  // namespace twin
