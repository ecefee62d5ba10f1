// Adam (torch.optim.Adam; Kingma and Ba 2015, "Adam: A method for stochastic optimization", alg. 1).
//
//   g ← g + weight_decay·w                        as if ½·weight_decay·‖w‖² were part of the loss
//   m ← β₁·m + (1 - β₁)·g                         both start at 0,
//   v ← β₂·v + (1 - β₂)·g²                        element by element
//   w ← w - lr·m̂ / (√v̂ + eps)                     m̂ = m / (1 - β₁ᵗ),  v̂ = v / (1 - β₂ᵗ),  t = 1, 2, …
//
//   An average that starts at 0 holds the weights β₁ᵗ⁻ˢ·(1 - β₁) of the gradients s = 1 … t, which add up to
//   1 - β₁ᵗ: m̂ and v̂ divide by that.
//
//   eps is added to the root that is corrected already, as in the algorithm and in PyTorch. (The paper's
//   short form, lr·√(1-β₂ᵗ)/(1-β₁ᵗ)·m / (√v + eps), has another eps.)
//
//   amsgrad (Reddi, Kale and Kumar 2018, "On the convergence of Adam and beyond", alg. 2) divides by the
//   largest second moment so far: where gradients are large once in a while, Adam forgets them, and steps too
//   far.
//
//   max ← max(max, v)                             from 0; before the correction, as in PyTorch
//   w   ← w - lr·m̂ / (√m̂ax + eps)                 m̂ax = max / (1 - β₂ᵗ)
//
//   What depends on t alone is computed in double and rounded once: 1 - β₂ of a β₂ that was rounded to
//   float32 would be off by 500 ULP.
#pragma once

#include <cmath>

#include "manual/matrix.hpp"
#include "stems/optim.hpp"

namespace twin::manual {

template <typename ScalarType>
class Adam {
 public:
  using Scalar = ScalarType;
  using Spec = AdamSpec;
  static constexpr const char* formula = "m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - lr·m̂ / (√v̂ + eps)";

  explicit Adam(const AdamSpec& spec) : spec_(spec) {}

  /// Of step t = 1, 2, ….
  void begin(double lr, std::int64_t t) {
    const auto steps = static_cast<double>(t);
    rate_ = Scalar(lr / (1 - std::pow(spec_.beta1, steps)));
    root_ = Scalar(std::sqrt(1 - std::pow(spec_.beta2, steps)));
  }

  /// state: m, v; with amsgrad the largest v.
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
    RowVector<Scalar>&m = state[0], &v = state[1];
    m = Scalar(spec_.beta1) * m + Scalar(1 - spec_.beta1) * g;
    v.array() = Scalar(spec_.beta2) * v.array() + Scalar(1 - spec_.beta2) * g.array().square();
    if (spec_.amsgrad) {
      state[2] = state[2].cwiseMax(v);
      step(value, m, state[2]);
    } else {
      step(value, m, v);
    }
  }

  template <typename Values>
  void step(Values& value, const RowVector<Scalar>& m, const RowVector<Scalar>& v) const {
    value.array() -= rate_ * (m.array() / (v.array().sqrt() / root_ + Scalar(spec_.eps)));
  }

  AdamSpec spec_;
  Scalar rate_{};  // lr / (1 - β₁ᵗ)
  Scalar root_{};  // √(1 - β₂ᵗ)
};

}  // namespace twin::manual
