// RAdam (torch.optim.RAdam; Liu et al. 2020, "On the variance of the adaptive learning rate and beyond", alg.
// 2).
//
//   g ← g + weight_decay·w                          as if ½·weight_decay·‖w‖² were part of the loss
//   m ← β₁·m + (1 - β₁)·g                           Adam's moments (manual/optim/adam.hpp)
//   v ← β₂·v + (1 - β₂)·g²
//
//   ρ∞ = 2 / (1 - β₂) - 1                           as many gradients does v average in the end,
//   ρ  = ρ∞ - 2t·β₂ᵗ / (1 - β₂ᵗ)                    and so many in step t = 1, 2, …
//
//   ρ ≤ 5   w ← w - lr·m̂                            m̂ = m / (1 - β₁ᵗ): the root of so few squares says
//   nothing ρ > 5   w ← w - lr·m̂·r·√(1 - β₂ᵗ) / (√v + eps)  r = √((ρ - 4)(ρ - 2)ρ∞ / ((ρ∞ - 4)(ρ∞ - 2)ρ))
//
//   r makes up for the variance that the root of few squares has; it rises to 1. The first five steps are
//   never scaled, for ρ ≤ t; with β₂ ≤ ⅔ no step is, for ρ∞ ≤ 5. As in PyTorch, the limit is 5, where the
//   paper has 4, and eps is added to the root before it is corrected, where Adam adds it after.
//
//   What depends on t alone is computed in double and rounded once.
#pragma once

#include <cmath>

#include "manual/matrix.hpp"
#include "stems/optim.hpp"

namespace twin::manual {

template <typename ScalarType>
class Radam {
 public:
  using Scalar = ScalarType;
  using Spec = RadamSpec;
  static constexpr const char* formula =
      "m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - lr·m̂·r·√(1-β₂ᵗ) / (√v + eps); w ← w - lr·m̂ where ρ ≤ 5";

  explicit Radam(const RadamSpec& spec) : spec_(spec) {}

  /// Of step t = 1, 2, ….
  void begin(double lr, std::int64_t t) {
    const auto steps = static_cast<double>(t);
    const double forgotten = std::pow(spec_.beta2, steps);
    const double limit = 2 / (1 - spec_.beta2) - 1;
    const double rho = limit - 2 * steps * forgotten / (1 - forgotten);
    double rate = lr / (1 - std::pow(spec_.beta1, steps));
    is_scaled_ = rho > 5;
    if (is_scaled_)
      rate *= std::sqrt((1 - forgotten) * (rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho));
    rate_ = Scalar(rate);
  }

  /// state: m, v.
  template <typename Values, typename Gradient>
  void update(Values& value, const Gradient& gradient, RowVector<Scalar>* state) const {
    if (spec_.weight_decay == 0)
      move(value, gradient, state);
    else
      move(value, gradient + Scalar(spec_.weight_decay) * value, state);
  }

 private:
  template <typename Values, typename Gradient>
  void move(Values& value, const Gradient& g, RowVector<Scalar>* state) const {
    auto m = state[0].array(), v = state[1].array();
    m = Scalar(spec_.beta1) * m + Scalar(1 - spec_.beta1) * g.array();
    v = Scalar(spec_.beta2) * v + Scalar(1 - spec_.beta2) * g.array().square();
    if (is_scaled_)
      value.array() -= rate_ * (m / (v.sqrt() + Scalar(spec_.eps)));
    else
      value.array() -= rate_ * m;
  }

  RadamSpec spec_;
  bool is_scaled_ = false;
  Scalar rate_{};  // lr / (1 - β₁ᵗ), where the step is scaled times r·√(1 - β₂ᵗ)
};

}  // namespace twin::manual
