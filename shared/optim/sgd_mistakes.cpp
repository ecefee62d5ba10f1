#include "shared/optim/sgd.hpp"

namespace twin {
namespace sgd_mistakes {

std::vector<Prediction> wrong_velocities(const SgdSpec& o, const UpdateValues& u) {
  const Array& before = u.state.at("momentum_buffer");
  const auto v = [&](auto rule) {
    return each(u.gradient.size(), [&](std::size_t k) { return rule(before[k], u.gradient[k]); });
  };
  return {
      {"never_updated", "v ← v", "the velocity is never updated", v([&](double v0, double) { return v0; })},
      {"moving_average", "v ← momentum·v + (1 - momentum)·g",
       "that is a moving average, as in Adam: PyTorch's SGD adds the whole gradient",
       v([&](double v0, double g) { return o.momentum * v0 + (1 - o.momentum) * g; })},
      {"momentum_missing", "v ← v + g", "the velocity never decays: momentum is missing",
       v([&](double v0, double g) { return v0 + g; })},
      {"velocity_unused", "v ← g", "the old velocity is dropped", v([&](double, double g) { return g; })},
      {"lr_in_velocity", "v ← momentum·v + lr·g",
       "the learning rate is inside the velocity: an old rate lives on when it changes",
       v([&](double v0, double g) { return o.momentum * v0 + u.lr * g; })},
      {"momentum_on_gradient", "v ← momentum·(v + g)", "the gradient is multiplied by the momentum as well",
       v([&](double v0, double g) { return o.momentum * (v0 + g); })},
      {"ascent", "v ← momentum·v - g", "the sign of the gradient is wrong",
       v([&](double v0, double g) { return o.momentum * v0 - g; })},
  };
}

std::vector<Prediction> wrong_updates(const SgdSpec& o, const UpdateValues& u) {
  const Array* before = o.momentum == 0 ? nullptr : &u.state.at("momentum_buffer");
  const auto subtracted = [&](auto step) {
    return each(u.gradient.size(),
                [&](std::size_t k) { return step(before ? (*before)[k] : 0, u.gradient[k]); });
  };
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", subtracted([](double, double) { return 0.0; })},
      {"ascent", "w ← w + lr·v", "it moves along the gradient, up the hill",
       subtracted([&](double v0, double g) { return -u.lr * (o.momentum * v0 + g); })},
      {"lr_missing", "w ← w - v", "the learning rate is missing",
       subtracted([&](double v0, double g) { return o.momentum * v0 + g; })},
      {"lr_twice", "w ← w - lr²·v", "the learning rate is there twice",
       subtracted([&](double v0, double g) { return u.lr * u.lr * (o.momentum * v0 + g); })},
  };
  if (!before) return all;
  const std::vector<Prediction> with_velocity{
      {"velocity_unused", "w ← w - lr·g", "the velocity is kept, and not used",
       subtracted([&](double, double g) { return u.lr * g; })},
      {"nesterov", "w ← w - lr·(g + momentum·v)", "that is Nesterov's momentum",
       subtracted([&](double v0, double g) { return u.lr * (g + o.momentum * (o.momentum * v0 + g)); })},
      {"old_velocity", "w ← w - lr·v before its update", "the velocity of the step before moves it",
       subtracted([&](double v0, double) { return u.lr * v0; })},
      {"moving_average", "w ← w - lr·(momentum·v + (1 - momentum)·g)", "that is a moving average, as in Adam",
       subtracted([&](double v0, double g) { return u.lr * (o.momentum * v0 + (1 - o.momentum) * g); })},
      {"momentum_missing", "w ← w - lr·(v + g)", "momentum is missing",
       subtracted([&](double v0, double g) { return u.lr * (v0 + g); })},
      {"lr_in_velocity", "w ← w - (momentum·v + lr·g)",
       "the learning rate is inside the velocity: an old rate lives on when it changes",
       subtracted([&](double v0, double g) { return o.momentum * v0 + u.lr * g; })},
  };
  all.insert(all.end(), with_velocity.begin(), with_velocity.end());
  return all;
}

}  // namespace sgd_mistakes

std::vector<Prediction> SgdSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace sgd_mistakes;
  return quantity.role == Role::state ? wrong_velocities(*this, u) : wrong_updates(*this, u);
}

}  // namespace twin
