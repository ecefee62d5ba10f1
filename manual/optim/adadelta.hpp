// Adadelta (torch.optim.Adadelta; Zeiler 2012, "ADADELTA: An adaptive learning rate method", alg. 1).
//
//   g ← g + weight_decay·w                    as if ½·weight_decay·‖w‖² were part of the loss
//   s ← rho·s + (1 - rho)·g²                  element by element, from 0
//   d = √(a + eps) / √(s + eps)·g             a: of the steps before this one
//   a ← rho·a + (1 - rho)·d²                  from 0
//   w ← w - lr·d                              lr = 1 in the paper
//
//   d has the units of w, because a is an average of steps. The rate is outside: a averages steps without it.
//   eps is below both roots: below the first it is what the very first step, where a = 0, is made of.
#pragma once

#include "manual/matrix.hpp"
#include "stems/optim.hpp"

namespace twin::manual {

template <typename ScalarType>
class Adadelta {
 public:
  using Scalar = ScalarType;
  using Spec = AdadeltaSpec;
  static constexpr const char* formula =
      "s ← rho·s + (1 - rho)·g², d = √(a + eps) / √(s + eps)·g, a ← rho·a + (1 - rho)·d², w ← w - lr·d";

  explicit Adadelta(const AdadeltaSpec& spec) : spec_(spec) {}

  void begin(double lr, std::int64_t) { lr_ = Scalar(lr); }

  /// state: s, a.
  template <typename Values, typename Gradient>
  void update(Values& value, const Gradient& gradient, RowVector<Scalar>* state) {
    if (spec_.weight_decay == 0)
      move(value, gradient, state);
    else
      move(value, gradient + Scalar(spec_.weight_decay) * value, state);
  }

 private:
  template <typename Values, typename Gradient>
  void move(Values& value, const Gradient& g, RowVector<Scalar>* state) {
    const Scalar kept = Scalar(spec_.rho), added = Scalar(1 - spec_.rho), eps = Scalar(spec_.eps);
    auto s = state[0].array(), a = state[1].array();
    if (steps_.size() < value.size()) steps_.resize(value.size());
    auto d = steps_.head(value.size()).array();
    s = kept * s + added * g.array().square();
    d = (a + eps).sqrt() / (s + eps).sqrt() * g.array();
    a = kept * a + added * d.square();
    value.array() -= lr_ * d;
  }

  AdadeltaSpec spec_;
  Scalar lr_{};
  RowVector<Scalar> steps_;  // as long as the largest parameter
};

}  // namespace twin::manual
