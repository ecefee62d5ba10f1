// Adagrad (torch.optim.Adagrad; Duchi, Hazan and Singer 2011, "Adaptive subgradient methods for online
// learning and stochastic optimization", with the diagonal matrix alone).
//
//   g   ← g + weight_decay·w                  as if ½·weight_decay·‖w‖² were part of the loss
//   sum ← sum + g²                            element by element, from initial_accumulator_value on
//   w   ← w - rate·g / (√sum + eps)           rate = lr / (1 + (t - 1)·lr_decay),  t = 1, 2, …
//
//   The squares are added up, not averaged: the steps of an element that has had large gradients stay short
//   for ever. eps stands beside the root. The rate of the first step is lr itself.
#pragma once

#include "manual/matrix.hpp"
#include "stems/optim.hpp"

namespace twin::manual {

template <typename ScalarType>
class Adagrad {
 public:
  using Scalar = ScalarType;
  using Spec = AdagradSpec;
  static constexpr const char* formula = "sum ← sum + g², w ← w - lr·g / (√sum + eps)";

  explicit Adagrad(const AdagradSpec& spec) : spec_(spec) {}

  /// Of step t = 1, 2, ….
  void begin(double lr, std::int64_t t) {
    rate_ = Scalar(lr / (1 + static_cast<double>(t - 1) * spec_.lr_decay));
  }

  /// state: the sum.
  template <typename Values, typename Gradient>
  void update(Values& value, const Gradient& gradient, RowVector<Scalar>* state) const {
    if (spec_.weight_decay == 0)
      move(value, gradient, state[0]);
    else
      move(value, gradient + Scalar(spec_.weight_decay) * value, state[0]);
  }

 private:
  template <typename Values, typename Gradient>
  void move(Values& value, const Gradient& g, RowVector<Scalar>& sum) const {
    sum.array() += g.array().square();
    value.array() -= rate_ * (g.array() / (sum.array().sqrt() + Scalar(spec_.eps)));
  }

  AdagradSpec spec_;
  Scalar rate_{};
};

}  // namespace twin::manual
