// RMSprop (torch.optim.RMSprop; Hinton 2012, "Neural networks for machine learning", lecture 6e; centred:
// Graves 2013, "Generating sequences with recurrent neural networks", eq. 38 to 45).
//
//   g ← g + weight_decay·w                  as if ½·weight_decay·‖w‖² were part of the loss
//   s ← alpha·s + (1 - alpha)·g²            element by element, from 0; not corrected for that
//   w ← w - lr·g / (√s + eps)               eps beside the root: TensorFlow has it below
//
//   centred:       a ← alpha·a + (1 - alpha)·g, and √(s - a²), the standard deviation, for √s
//   with momentum: b ← momentum·b + g / (√s + eps), w ← w - lr·b: the velocity adds up gradients that are
//                  scaled already, and the rate stays outside
//
//   In exact arithmetic s ≥ a². Where gradients hardly change, rounding may carry s - a² below 0: here the
//   root is then 0, in PyTorch NaN.
#pragma once

#include "manual/matrix.hpp"
#include "stems/optim.hpp"

namespace twin::manual {

template <typename ScalarType>
class Rmsprop {
 public:
  using Scalar = ScalarType;
  using Spec = RmspropSpec;
  static constexpr const char* formula = "s ← alpha·s + (1 - alpha)·g², w ← w - lr·g / (√s + eps)";

  explicit Rmsprop(const RmspropSpec& spec) : spec_(spec) {}

  void begin(double lr, std::int64_t) { lr_ = Scalar(lr); }

  /// state: s; b with momentum; a when centred.
  template <typename Values, typename Gradient>
  void update(Values& value, const Gradient& gradient, RowVector<Scalar>* state) const {
    if (spec_.weight_decay == 0)
      average(value, gradient, state);
    else
      average(value, gradient + Scalar(spec_.weight_decay) * value, state);
  }

 private:
  template <typename Values, typename Gradient>
  void average(Values& value, const Gradient& g, RowVector<Scalar>* state) const {
    const Scalar kept = Scalar(spec_.alpha), added = Scalar(1 - spec_.alpha);
    auto s = state[0].array();
    s = kept * s + added * g.array().square();
    if (!spec_.centered) {
      move(value, g.array() / (s.sqrt() + Scalar(spec_.eps)), state);
    } else {
      auto a = state[spec_.momentum == 0 ? 1 : 2].array();
      a = kept * a + added * g.array();
      const auto variance = (s - a.square()).max(Scalar(0));
      move(value, g.array() / (variance.sqrt() + Scalar(spec_.eps)), state);
    }
  }

  template <typename Values, typename Scaled>
  void move(Values& value, const Scaled& scaled, RowVector<Scalar>* state) const {
    if (spec_.momentum == 0) {
      value.array() -= lr_ * scaled;
      return;
    }
    auto b = state[1].array();
    b = Scalar(spec_.momentum) * b + scaled;
    value.array() -= lr_ * b;
  }

  RmspropSpec spec_;
  Scalar lr_{};
};

}  // namespace twin::manual
