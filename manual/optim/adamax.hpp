// Adamax (torch.optim.Adamax; Kingma and Ba 2015, "Adam: A method for stochastic optimization", alg. 2).
//
//   g ← g + weight_decay·w                  as if ½·weight_decay·‖w‖² were part of the loss
//   m ← β₁·m + (1 - β₁)·g                   both start at 0,
//   n ← max(β₂·n, |g| + eps)                element by element
//   w ← w - lr·m̂ / n                        m̂ = m / (1 - β₁ᵗ),  t = 1, 2, …
//
//   Adam with the infinity norm of the past gradients for their root mean square: n is a size, not a square,
//   so no root is taken of it. It needs no correction: the first maximum is |g| already. eps is inside the
//   maximum, as in PyTorch, and so n is never 0.
#pragma once

#include <cmath>

#include "manual/matrix.hpp"
#include "stems/optim.hpp"

namespace twin::manual {

template <typename ScalarType>
class Adamax {
 public:
  using Scalar = ScalarType;
  using Spec = AdamaxSpec;
  static constexpr const char* formula = "m ← β₁m + (1-β₁)g, n ← max(β₂n, |g| + eps), w ← w - lr·m̂ / n";

  explicit Adamax(const AdamaxSpec& spec) : spec_(spec) {}

  /// Of step t = 1, 2, ….
  void begin(double lr, std::int64_t t) {
    rate_ = Scalar(lr / (1 - std::pow(spec_.beta1, static_cast<double>(t))));
  }

  /// state: m, n.
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
    auto m = state[0].array(), n = state[1].array();
    m = Scalar(spec_.beta1) * m + Scalar(1 - spec_.beta1) * g.array();
    n = (Scalar(spec_.beta2) * n).max(g.array().abs() + Scalar(spec_.eps));
    value.array() -= rate_ * (m / n);
  }

  AdamaxSpec spec_;
  Scalar rate_{};  // lr / (1 - β₁ᵗ)
};

}  // namespace twin::manual
