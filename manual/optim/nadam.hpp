// NAdam (torch.optim.NAdam; Dozat 2016, "Incorporating Nesterov momentum into Adam", alg. 2).
//
//   g ← g + weight_decay·w                            as if ½·weight_decay·‖w‖² were part of the loss
//   m ← β₁·m + (1 - β₁)·g                             Adam's moments (manual/optim/adam.hpp)
//   v ← β₂·v + (1 - β₂)·g²
//   w ← w - lr·(a·g + b·m) / (√v̂ + eps)               v̂ = v / (1 - β₂ᵗ),  t = 1, 2, …
//
//   a = (1 - μₜ) / (1 - Πₜ)       μₜ = β₁·(1 - ½·0.96^(t·momentum_decay)),  from about β₁/2 to β₁
//   b = μₜ₊₁ / (1 - Πₜ₊₁)         Πₜ = μ₁·μ₂·…·μₜ
//
//   Nesterov's step: this gradient goes in with its weight of now, and the moment with the momentum of the
//   next step, corrected by the product of the next step. The moment itself is averaged by β₁, not by μ.
//
//   Π depends on t alone: it is computed in double, and is no state. (PyTorch keeps it as a tensor of its
//   default dtype, float32 unless it is told otherwise: then its steps are off by 1e-7 of themselves.)
#pragma once

#include <cmath>

#include "manual/matrix.hpp"
#include "stems/optim.hpp"

namespace twin::manual {

template <typename ScalarType>
class Nadam {
 public:
  using Scalar = ScalarType;
  using Spec = NadamSpec;
  static constexpr const char* formula =
      "m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - lr·((1-μₜ)/(1-Πₜ)·g + μₜ₊₁/(1-Πₜ₊₁)·m) / (√v̂ + eps)";

  explicit Nadam(const NadamSpec& spec) : spec_(spec) {}

  /// Of step t = 1, 2, ….
  void begin(double lr, std::int64_t t) {
    if (t != steps_ + 1) {  // the network goes on from another step than its last
      product_ = 1;
      for (std::int64_t s = 1; s < t; ++s) product_ *= momentum(s);
    }
    steps_ = t;
    const double now = momentum(t), next = momentum(t + 1);
    product_ *= now;
    of_gradient_ = Scalar(lr * (1 - now) / (1 - product_));
    of_moment_ = Scalar(lr * next / (1 - product_ * next));
    root_ = Scalar(std::sqrt(1 - std::pow(spec_.beta2, static_cast<double>(t))));
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
  double momentum(std::int64_t t) const {
    return spec_.beta1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(t) * spec_.momentum_decay));
  }

  template <typename Values, typename Gradient>
  void move(Values& value, const Gradient& g, RowVector<Scalar>* state) const {
    auto m = state[0].array(), v = state[1].array();
    m = Scalar(spec_.beta1) * m + Scalar(1 - spec_.beta1) * g.array();
    v = Scalar(spec_.beta2) * v + Scalar(1 - spec_.beta2) * g.array().square();
    value.array() -= (of_gradient_ * g.array() + of_moment_ * m) / (v.sqrt() / root_ + Scalar(spec_.eps));
  }

  NadamSpec spec_;
  std::int64_t steps_ = 0;
  double product_ = 1;                  // Π of so many steps
  Scalar of_gradient_{}, of_moment_{};  // lr·a, lr·b
  Scalar root_{};                       // √(1 - β₂ᵗ)
};

}  // namespace twin::manual
