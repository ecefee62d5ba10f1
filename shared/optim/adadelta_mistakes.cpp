#include <cmath>

#include "shared/optim/adadelta.hpp"

namespace twin {
namespace adadelta_mistakes {

// One update of one parameter. What depends on an element is asked for with its index k.
struct Update {
  const AdadeltaSpec& o;
  const UpdateValues& u;

  double raw(std::size_t k) const { return u.gradient[k]; }
  double decay(std::size_t k) const { return o.weight_decay * u.value[k]; }
  double g(std::size_t k) const { return raw(k) + decay(k); }
  double old_s(std::size_t k) const { return u.state.at("square_avg")[k]; }
  double old_a(std::size_t k) const { return u.state.at("acc_delta")[k]; }
  double average(double old, double x) const { return o.rho * old + (1 - o.rho) * x; }
  double s(std::size_t k) const { return average(old_s(k), g(k) * g(k)); }
  double step(double a, double s_of, double gradient) const {
    return std::sqrt(a + o.eps) / std::sqrt(s_of + o.eps) * gradient;
  }
  double d(std::size_t k) const { return step(old_a(k), s(k), g(k)); }
  double a(std::size_t k) const { return average(old_a(k), d(k) * d(k)); }

  template <typename Rule>
  std::vector<double> of_each(const Rule& rule) const {
    return each(u.gradient.size(), rule);
  }
};

std::vector<Prediction> wrong_squares(const Update& s) {
  const AdadeltaSpec& o = s.o;
  const auto squared = [&](std::size_t k) { return s.g(k) * s.g(k); };
  std::vector<Prediction> all{
      {"never_updated", "s ← s", "the average of the squares is never updated",
       s.of_each([&](std::size_t k) { return s.old_s(k); })},
      {"averaging_missing", "s ← rho·s + g²", "the factor 1 - rho of the average is missing",
       s.of_each([&](std::size_t k) { return o.rho * s.old_s(k) + squared(k); })},
      {"averaging_swapped", "s ← (1 - rho)·s + rho·g²", "rho and 1 - rho are exchanged",
       s.of_each([&](std::size_t k) { return (1 - o.rho) * s.old_s(k) + o.rho * squared(k); })},
      {"moment_dropped", "s ← (1 - rho)·g²", "the old average is dropped",
       s.of_each([&](std::size_t k) { return (1 - o.rho) * squared(k); })},
      {"sum_of_squares", "s ← s + g²", "the squares are added up, as in Adagrad",
       s.of_each([&](std::size_t k) { return s.old_s(k) + squared(k); })},
      {"square_missing", "s ← rho·s + (1 - rho)·g", "the gradient is not squared",
       s.of_each([&](std::size_t k) { return s.average(s.old_s(k), s.g(k)); })},
      {"square_missing", "s ← rho·s + (1 - rho)·|g|", "the gradient is not squared",
       s.of_each([&](std::size_t k) { return s.average(s.old_s(k), std::abs(s.g(k))); })},
  };
  if (o.weight_decay == 0) return all;
  all.push_back({"decay_missing", "s ← rho·s + (1 - rho)·g² without weight_decay·w in g",
                 "the decay is not in the gradient that is squared: it is missing, or decoupled as in AdamW",
                 s.of_each([&](std::size_t k) { return s.average(s.old_s(k), s.raw(k) * s.raw(k)); })});
  return all;
}

std::vector<Prediction> wrong_deltas(const Update& s) {
  const AdadeltaSpec& o = s.o;
  const auto of_steps = [&](auto d) {
    return s.of_each([&](std::size_t k) { return s.average(s.old_a(k), d(k) * d(k)); });
  };
  std::vector<Prediction> all{
      {"never_updated", "a ← a", "the average of the steps is never updated",
       s.of_each([&](std::size_t k) { return s.old_a(k); })},
      {"averaging_missing", "a ← rho·a + d²", "the factor 1 - rho of the average is missing",
       s.of_each([&](std::size_t k) { return o.rho * s.old_a(k) + s.d(k) * s.d(k); })},
      {"averaging_swapped", "a ← (1 - rho)·a + rho·d²", "rho and 1 - rho are exchanged",
       s.of_each([&](std::size_t k) { return (1 - o.rho) * s.old_a(k) + o.rho * s.d(k) * s.d(k); })},
      {"moment_dropped", "a ← (1 - rho)·d²", "the old average is dropped",
       s.of_each([&](std::size_t k) { return (1 - o.rho) * s.d(k) * s.d(k); })},
      {"square_missing", "a ← rho·a + (1 - rho)·d", "the step is not squared",
       s.of_each([&](std::size_t k) { return s.average(s.old_a(k), s.d(k)); })},
      {"gradient_for_step", "a ← rho·a + (1 - rho)·g²",
       "the gradients are averaged where the steps belong, whose units are those of the weights",
       of_steps([&](std::size_t k) { return s.g(k); })},
      {"deltas_unused", "a ← rho·a + (1 - rho)·d² with d = g / √(s + eps)",
       "the average of the steps is kept, and not used: that is RMSprop",
       of_steps([&](std::size_t k) { return s.g(k) / std::sqrt(s.s(k) + o.eps); })},
      {"ratio_inverted", "a ← rho·a + (1 - rho)·d² with d = √(s + eps) / √(a + eps)·g",
       "the averages are exchanged",
       of_steps([&](std::size_t k) { return s.step(s.s(k), s.old_a(k), s.g(k)); })},
      {"old_average", "a ← rho·a + (1 - rho)·d² with s in d before its update",
       "the squares of the step before are divided by",
       of_steps([&](std::size_t k) { return s.step(s.old_a(k), s.old_s(k), s.g(k)); })},
      {"eps_outside_root", "a ← rho·a + (1 - rho)·d² with d = (√a + eps) / (√s + eps)·g",
       "eps belongs below the roots", of_steps([&](std::size_t k) {
         return (std::sqrt(s.old_a(k)) + o.eps) / (std::sqrt(s.s(k)) + o.eps) * s.g(k);
       })},
      {"root_missing", "a ← rho·a + (1 - rho)·d² with d = (a + eps) / (s + eps)·g", "the roots are missing",
       of_steps([&](std::size_t k) { return (s.old_a(k) + o.eps) / (s.s(k) + o.eps) * s.g(k); })},
  };
  if (o.lr != 1)
    all.push_back({"lr_in_average", "a ← rho·a + (1 - rho)·(lr·d)²",
                   "the rate is in the step that is averaged: PyTorch averages the step without it",
                   of_steps([&](std::size_t k) { return s.u.lr * s.d(k); })});
  if (o.weight_decay != 0)
    all.push_back({"decay_missing", "a ← rho·a + (1 - rho)·d² without weight_decay·w in the g of d",
                   "the decay is in the average of the squares, and not in the gradient that is scaled",
                   of_steps([&](std::size_t k) { return s.step(s.old_a(k), s.s(k), s.raw(k)); })});
  return all;
}

std::vector<Prediction> wrong_updates(const Update& s) {
  const AdadeltaSpec& o = s.o;
  const double lr = s.u.lr;
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", s.of_each([](std::size_t) { return 0.0; })},
      {"ascent", "w ← w + lr·d", "it moves along the gradient, up the hill",
       s.of_each([&](std::size_t k) { return -lr * s.d(k); })},
      {"new_deltas", "w ← w - lr·d with a in d after its update",
       "the step divides by an average that holds it already",
       s.of_each([&](std::size_t k) { return lr * s.step(s.a(k), s.s(k), s.g(k)); })},
      {"old_average", "w ← w - lr·d with s in d before its update",
       "the squares of the step before are divided by",
       s.of_each([&](std::size_t k) { return lr * s.step(s.old_a(k), s.old_s(k), s.g(k)); })},
      {"deltas_unused", "w ← w - lr·g / √(s + eps)",
       "the average of the steps is kept, and not used: that is RMSprop",
       s.of_each([&](std::size_t k) { return lr * s.g(k) / std::sqrt(s.s(k) + o.eps); })},
      {"ratio_inverted", "w ← w - lr·√(s + eps) / √(a + eps)·g", "the averages are exchanged",
       s.of_each([&](std::size_t k) { return lr * s.step(s.s(k), s.old_a(k), s.g(k)); })},
      {"eps_outside_root", "w ← w - lr·(√a + eps) / (√s + eps)·g", "eps belongs below the roots",
       s.of_each([&](std::size_t k) {
         return lr * (std::sqrt(s.old_a(k)) + o.eps) / (std::sqrt(s.s(k)) + o.eps) * s.g(k);
       })},
      {"root_missing", "w ← w - lr·(a + eps) / (s + eps)·g", "the roots are missing",
       s.of_each([&](std::size_t k) { return lr * (s.old_a(k) + o.eps) / (s.s(k) + o.eps) * s.g(k); })},
      {"scaling_missing", "w ← w - lr·g", "the gradient is not scaled",
       s.of_each([&](std::size_t k) { return lr * s.g(k); })},
  };
  if (lr != 1)
    all.push_back({"lr_missing", "w ← w - d", "the learning rate is missing",
                   s.of_each([&](std::size_t k) { return s.d(k); })});
  if (o.weight_decay != 0) {
    all.push_back({"decay_missing", "w ← w - lr·d without weight_decay·w in the g of d",
                   "the decay is in the averages, and not in the gradient that is scaled",
                   s.of_each([&](std::size_t k) { return lr * s.step(s.old_a(k), s.s(k), s.raw(k)); })});
    all.push_back({"decay_twice", "w ← w - lr·d - lr·weight_decay·w",
                   "the decay is in the gradient already, and comes again as in AdamW",
                   s.of_each([&](std::size_t k) { return lr * (s.d(k) + s.decay(k)); })});
  }
  return all;
}

}  // namespace adadelta_mistakes

std::vector<Prediction> AdadeltaSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace adadelta_mistakes;
  const adadelta_mistakes::Update update{*this, u};
  if (quantity.role != Role::state) return wrong_updates(update);
  return quantity.name == "square_avg" ? wrong_squares(update) : wrong_deltas(update);
}

}  // namespace twin
