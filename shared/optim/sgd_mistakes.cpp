#include "shared/optim/sgd.hpp"

namespace twin {
namespace sgd_mistakes {

// One update of one parameter. What depends on an element is asked for with its index k.
struct Update {
  const SgdSpec& o;
  const UpdateValues& u;
  const Array* velocity;  // before the step; null without momentum

  double raw(std::size_t k) const { return u.gradient[k]; }
  double decay(std::size_t k) const { return o.weight_decay == 0 ? 0 : o.weight_decay * u.value[k]; }
  double g(std::size_t k) const { return raw(k) + decay(k); }
  double share() const { return o.share(u.step); }
  double old_v(std::size_t k) const { return velocity ? (*velocity)[k] : 0; }
  double v(std::size_t k) const { return velocity ? o.momentum * old_v(k) + share() * g(k) : g(k); }
  // What the rate multiplies.
  double direction(std::size_t k) const { return o.nesterov ? g(k) + o.momentum * v(k) : v(k); }

  template <typename Rule>
  std::vector<double> of_each(const Rule& rule) const {
    return each(u.gradient.size(), rule);
  }
};

std::vector<Prediction> wrong_velocities(const Update& s) {
  const SgdSpec& o = s.o;
  const double share = s.share();
  const auto v = [&](auto rule) {
    return s.of_each([&](std::size_t k) { return rule(s.old_v(k), s.g(k)); });
  };
  std::vector<Prediction> all{
      {"never_updated", "v ← v", "the velocity is never updated", v([&](double v0, double) { return v0; })},
      {"moving_average", "v ← momentum·v + (1 - momentum)·g",
       "that is a moving average, as in Adam: PyTorch's SGD adds the whole gradient",
       v([&](double v0, double g) { return o.momentum * v0 + (1 - o.momentum) * g; })},
      {"momentum_missing", "v ← v + g", "the velocity never decays: momentum is missing",
       v([&](double v0, double g) { return v0 + share * g; })},
      {"velocity_unused", "v ← g", "the old velocity is dropped",
       v([&](double, double g) { return share * g; })},
      {"lr_in_velocity", "v ← momentum·v + lr·g",
       "the learning rate is inside the velocity: an old rate lives on when it changes",
       v([&](double v0, double g) { return o.momentum * v0 + s.u.lr * share * g; })},
      {"momentum_on_gradient", "v ← momentum·(v + g)", "the gradient is multiplied by the momentum as well",
       v([&](double v0, double g) { return o.momentum * (v0 + share * g); })},
      {"ascent", "v ← momentum·v - g", "the sign of the gradient is wrong",
       v([&](double v0, double g) { return o.momentum * v0 - share * g; })},
  };
  if (o.dampening != 0) {
    all.push_back({"dampening_missing", "v ← momentum·v + g", "the gradient is not dampened",
                   v([&](double v0, double g) { return o.momentum * v0 + g; })});
    all.push_back({"dampening_for_share", "v ← momentum·v + dampening·g",
                   "the gradient is multiplied by the dampening, not by what that leaves of 1",
                   v([&](double v0, double g) { return o.momentum * v0 + o.dampening * g; })});
    all.push_back({"dampened_from_the_start", "v ← momentum·v + (1 - dampening)·g in a first step too",
                   "the velocity of a first step is the whole gradient",
                   v([&](double v0, double g) { return o.momentum * v0 + (1 - o.dampening) * g; })});
  }
  if (o.weight_decay != 0) {
    const auto of_parts = [&](double times) {
      return s.of_each(
          [&](std::size_t k) { return o.momentum * s.old_v(k) + share * (s.raw(k) + times * s.decay(k)); });
    };
    all.push_back({"decay_missing", "v ← momentum·v + g without weight_decay·w in g",
                   "the decay is not in the gradient: it is missing, or decoupled as in AdamW", of_parts(0)});
    all.push_back({"decay_sign", "v ← momentum·v + g with -weight_decay·w in g",
                   "the weights grow instead of decaying", of_parts(-1)});
    all.push_back({"decay_twice", "v ← momentum·v + g with 2·weight_decay·w in g",
                   "the decay is that of weight_decay·‖w‖², where half of it belongs in the loss",
                   of_parts(2)});
  }
  return all;
}

std::vector<Prediction> wrong_updates(const Update& s) {
  const SgdSpec& o = s.o;
  const double lr = s.u.lr;
  const auto subtracted = [&](auto step) { return s.of_each([&](std::size_t k) { return step(k); }); };
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", subtracted([](std::size_t) { return 0.0; })},
      {"ascent", "w ← w + lr·v", "it moves along the gradient, up the hill",
       subtracted([&](std::size_t k) { return -lr * s.direction(k); })},
      {"lr_missing", "w ← w - v", "the learning rate is missing",
       subtracted([&](std::size_t k) { return s.direction(k); })},
      {"lr_twice", "w ← w - lr²·v", "the learning rate is there twice",
       subtracted([&](std::size_t k) { return lr * lr * s.direction(k); })},
  };
  if (!s.velocity) {
    if (o.weight_decay == 0) return all;
    all.push_back({"decay_missing", "w ← w - lr·g without weight_decay·w in g", "the decay is left out",
                   subtracted([&](std::size_t k) { return lr * s.raw(k); })});
    all.push_back({"decay_sign", "w ← w - lr·g with -weight_decay·w in g",
                   "the weights grow instead of decaying",
                   subtracted([&](std::size_t k) { return lr * (s.raw(k) - s.decay(k)); })});
    all.push_back({"decay_twice", "w ← w - lr·g with 2·weight_decay·w in g",
                   "the decay is that of weight_decay·‖w‖², where half of it belongs in the loss",
                   subtracted([&](std::size_t k) { return lr * (s.raw(k) + 2 * s.decay(k)); })});
    all.push_back({"decay_without_lr", "w ← w - lr·g - weight_decay·w", "the rate is missing in the decay",
                   subtracted([&](std::size_t k) { return lr * s.raw(k) + s.decay(k); })});
    return all;
  }
  const std::vector<Prediction> with_velocity{
      {"velocity_unused", "w ← w - lr·g", "the velocity is kept, and not used",
       subtracted([&](std::size_t k) { return lr * s.g(k); })},
      {"moving_average", "w ← w - lr·(momentum·v + (1 - momentum)·g)", "that is a moving average, as in Adam",
       subtracted([&](std::size_t k) { return lr * (o.momentum * s.old_v(k) + (1 - o.momentum) * s.g(k)); })},
      {"momentum_missing", "w ← w - lr·(v + g)", "momentum is missing",
       subtracted([&](std::size_t k) { return lr * (s.old_v(k) + s.share() * s.g(k)); })},
      {"lr_in_velocity", "w ← w - (momentum·v + lr·g)",
       "the learning rate is inside the velocity: an old rate lives on when it changes",
       subtracted([&](std::size_t k) { return o.momentum * s.old_v(k) + lr * s.share() * s.g(k); })},
  };
  all.insert(all.end(), with_velocity.begin(), with_velocity.end());
  if (o.nesterov) {
    all.push_back({"nesterov_missing", "w ← w - lr·v", "that is plain momentum, which does not look ahead",
                   subtracted([&](std::size_t k) { return lr * s.v(k); })});
    all.push_back({"gradient_missing", "w ← w - lr·momentum·v", "the gradient is missing beside the velocity",
                   subtracted([&](std::size_t k) { return lr * o.momentum * s.v(k); })});
    all.push_back({"momentum_missing", "w ← w - lr·(g + v)",
                   "the velocity of the look ahead is not multiplied by the momentum",
                   subtracted([&](std::size_t k) { return lr * (s.g(k) + s.v(k)); })});
  } else {
    all.push_back({"old_velocity", "w ← w - lr·v before its update",
                   "the velocity of the step before moves it",
                   subtracted([&](std::size_t k) { return lr * s.old_v(k); })});
    all.push_back({"nesterov", "w ← w - lr·(g + momentum·v)", "that is Nesterov's momentum",
                   subtracted([&](std::size_t k) { return lr * (s.g(k) + o.momentum * s.v(k)); })});
  }
  if (o.weight_decay != 0) {
    all.push_back({"decay_decoupled", "w ← w - lr·v - lr·weight_decay·w",
                   "the decay is in the gradient already, and comes again as in AdamW",
                   subtracted([&](std::size_t k) { return lr * (s.direction(k) + s.decay(k)); })});
    if (o.nesterov)
      all.push_back({"decay_missing", "w ← w - lr·(g + momentum·v) without weight_decay·w in g",
                     "the decay is in the velocity, and not in the gradient beside it",
                     subtracted([&](std::size_t k) { return lr * (s.raw(k) + o.momentum * s.v(k)); })});
  }
  return all;
}

}  // namespace sgd_mistakes

std::vector<Prediction> SgdSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace sgd_mistakes;
  const sgd_mistakes::Update update{*this, u, momentum == 0 ? nullptr : &u.state.at("momentum_buffer")};
  return quantity.role == Role::state ? wrong_velocities(update) : wrong_updates(update);
}

}  // namespace twin
