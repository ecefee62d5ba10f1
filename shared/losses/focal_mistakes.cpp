#include <cmath>

#include "shared/losses/focal.hpp"

namespace twin {

std::vector<Prediction> FocalLossSpec::mistakes(const LossValues& v) const {
  const double size = divisor(reduction, static_cast<std::int64_t>(v.y.size()));
  struct Values {
    double y, t, p, q, cross_entropy, balance;  // q: 1 - p_t
  };
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) {
      const double y = v.y[k], t = v.targets[k], p = 1 / (1 + std::exp(-y));
      const double softplus = std::fmax(-y, 0) + std::log1p(std::exp(-std::abs(y)));  // -log σ(y)
      return formula(Values{y, t, p, p * (1 - t) + (1 - p) * t, (1 - t) * y + softplus,
                            balances() ? alpha * t + (1 - alpha) * (1 - t) : 1.0}) /
             size;
    });
  };
  // The two terms of the product rule, without the balance.
  const auto of_entropy = [&](const Values& x) { return std::pow(x.q, gamma) * (x.p - x.t); };
  const auto of_focus = [&](const Values& x) {
    if (gamma == 0) return 0.0;
    return gamma * std::pow(x.q, gamma - 1) * x.cross_entropy * (1 - 2 * x.t) * x.p * (1 - x.p);
  };
  std::vector<Prediction> all{
      {"focus_not_derived", "error = alpha_t·(1 - p_t)^gamma·(p - t) / (N·F)",
       "(1 - p_t)^gamma is taken for a constant: the second term of the product rule is left out",
       of_each([&](const Values& x) { return x.balance * of_entropy(x); })},
      {"entropy_not_derived", "error = alpha_t·gamma·(1 - p_t)^(gamma-1)·…·p(1 - p) / (N·F)",
       "the cross-entropy is taken for a constant: the first term of the product rule is left out",
       of_each([&](const Values& x) { return x.balance * of_focus(x); })},
      {"exponent_not_lowered", "error = … gamma·(1 - p_t)^gamma … / (N·F)",
       "the exponent of the derivative of a power is one lower",
       of_each([&](const Values& x) { return x.balance * (of_entropy(x) + x.q * of_focus(x)); })},
      {"gamma_not_multiplied", "error = … (1 - p_t)^(gamma-1) … / (N·F)",
       "the factor gamma of the derivative of a power is left out", of_each([&](const Values& x) {
         return x.balance * (of_entropy(x) + (gamma == 0 ? 0 : of_focus(x) / gamma));
       })},
      {"sigmoid_not_derived", "error = … without p(1 - p) / (N·F)",
       "in the derivative of (1 - p_t)^gamma, that of the sigmoid is left out", of_each([&](const Values& x) {
         return x.balance * (of_entropy(x) + of_focus(x) / (x.p * (1 - x.p)));
       })},
      {"inner_sign", "error = alpha_t·((1 - p_t)^gamma·(p - t) - …) / (N·F)",
       "the second term of the product rule has the wrong sign",
       of_each([&](const Values& x) { return x.balance * (of_entropy(x) - of_focus(x)); })},
      {"focus_missing", "error = alpha_t·(p - t) / (N·F)",
       "that is the gradient of the weighted cross-entropy: (1 - p_t)^gamma is left out",
       of_each([](const Values& x) { return x.balance * (x.p - x.t); })},
      {"focus_on_the_easy", "error = that of alpha_t·p_t^gamma·…",
       "p_t stands where 1 - p_t belongs: what is right already counts most", of_each([&](const Values& x) {
         const double p_t = 1 - x.q;
         const double of_power = gamma == 0 ? 0
                                            : gamma * std::pow(p_t, gamma - 1) * x.cross_entropy *
                                                  (2 * x.t - 1) * x.p * (1 - x.p);
         return x.balance * (std::pow(p_t, gamma) * (x.p - x.t) + of_power);
       })},
  };
  if (balances()) {
    all.push_back({"alpha_missing", "error = … without alpha_t / (N·F)", "the balance alpha_t is left out",
                   of_each([&](const Values& x) { return of_entropy(x) + of_focus(x); })});
    all.push_back({"alpha_for_all", "error = alpha·… / (N·F)",
                   "alpha stands where alpha_t belongs: what should be 0 has the weight 1 - alpha",
                   of_each([&](const Values& x) { return alpha * (of_entropy(x) + of_focus(x)); })});
    all.push_back(
        {"alpha_swapped", "error = (1 - alpha_t)·… / (N·F)", "alpha and 1 - alpha are exchanged",
         of_each([&](const Values& x) { return (1 - x.balance) * (of_entropy(x) + of_focus(x)); })});
  }
  return all;
}

}  // namespace twin
