#include <algorithm>
#include <cmath>

#include "shared/optim/adamw.hpp"

namespace twin {
namespace adamw_mistakes {

// The average that is right but for a decay in its gradient.
Prediction with_decay_in_gradient(const AdamwSpec& o, const std::string& state, const UpdateValues& u) {
  constexpr const char* kMeaning =
      "the decay is in the gradient, as in Adam: decoupled, it never meets the moments";
  const auto g = [&](std::size_t k) { return u.gradient[k] + o.weight_decay * u.value[k]; };
  const Array& before = u.state.at(state);
  if (state == "exp_avg")
    return {"decay_in_gradient", "m ← β₁m + (1-β₁)(g + weight_decay·w)", kMeaning,
            each(before.size(), [&](std::size_t k) { return o.beta1 * before[k] + (1 - o.beta1) * g(k); })};
  return {
      "decay_in_gradient", "v ← β₂v + (1-β₂)(g + weight_decay·w)²", kMeaning,
      each(before.size(), [&](std::size_t k) { return o.beta2 * before[k] + (1 - o.beta2) * g(k) * g(k); })};
}

// lr·m̂ / (√v̂ + eps): what is right of the step, whatever becomes of the decay.
std::vector<double> adam_step(const AdamwSpec& o, const UpdateValues& u) {
  const Array &m = u.state.at("exp_avg"), &v = u.state.at("exp_avg_sq"), &g = u.gradient;
  const auto t = static_cast<double>(u.step);
  return each(g.size(), [&](std::size_t k) {
    const double m_hat = (o.beta1 * m[k] + (1 - o.beta1) * g[k]) / (1 - std::pow(o.beta1, t));
    double new_v = o.beta2 * v[k] + (1 - o.beta2) * g[k] * g[k];
    if (o.amsgrad) new_v = std::max(new_v, u.state.at("max_exp_avg_sq")[k]);
    const double v_hat = new_v / (1 - std::pow(o.beta2, t));
    return u.lr * m_hat / (std::sqrt(v_hat) + o.eps);
  });
}

}  // namespace adamw_mistakes

std::vector<Prediction> AdamwSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace adamw_mistakes;
  std::vector<Prediction> all = adam().mistakes(quantity, u);
  if (weight_decay == 0) return all;
  if (quantity.role == Role::state) {
    if (quantity.name == "max_exp_avg_sq") return all;
    all.push_back(with_decay_in_gradient(*this, quantity.name, u));
    return all;
  }
  const auto with = [&](const std::vector<double>& step, auto decayed) {
    return each(step.size(), [&](std::size_t k) { return step[k] + decayed(u.value[k], step[k]); });
  };
  const double rate = u.lr * weight_decay;
  const auto right = [&](double w, double) { return decays(u.role) ? rate * w : 0; };
  // Adam's mistakes, beside a decay that is right.
  for (Prediction& prediction : all) prediction.values = with(prediction.values, right);

  const std::vector<double> step = adam_step(*this, u);
  if (!decays(u.role)) {
    all.push_back({"decay_of_all", "w ← (1 - lr·weight_decay)·w - …",
                   "a bias or a scale decays: there is nothing to gain from it",
                   with(step, [&](double w, double) { return rate * w; })});
    return all;
  }
  all.push_back({"decay_missing", "w ← w - …", "the decay is left out", step});
  all.push_back({"decay_sign", "w ← (1 + lr·weight_decay)·w - …", "the weights grow instead of decaying",
                 with(step, [&](double w, double) { return -rate * w; })});
  all.push_back({"decay_without_lr", "w ← (1 - weight_decay)·w - …", "the rate is missing in the decay",
                 with(step, [&](double w, double) { return weight_decay * w; })});
  all.push_back({"decay_after_step", "w ← (1 - lr·weight_decay)·(w - …)",
                 "the decay comes after the step, and makes that smaller too",
                 with(step, [&](double w, double moved) { return rate * (w - moved); })});
  return all;
}

}  // namespace twin
