// Stochastic gradient descent with momentum (torch.optim.SGD without dampening; Polyak 1964; Sutskever et al.
// 2013).
//
//   v ← momentum·v + g          v starts at 0
//   w ← w - lr·v
//
//   The learning rate stays outside the velocity: a change of lr acts at once on the whole step, as in
//   PyTorch. (In Sutskever's form, v ← momentum·v - lr·g, an old lr lives on in v.)
#pragma once

#include "manual/matrix.hpp"
#include "stems/optim.hpp"

namespace twin::manual {

template <typename ScalarType>
class Sgd {
 public:
  using Scalar = ScalarType;
  using Spec = SgdSpec;
  static constexpr const char* formula = "v ← momentum·v + g, w ← w - lr·v";

  explicit Sgd(const SgdSpec& spec) : momentum_(Scalar(spec.momentum)), remembers_(spec.momentum != 0) {}

  void begin(double lr, std::int64_t) { lr_ = Scalar(lr); }

  /// state: v; none without momentum.
  template <typename Values, typename Gradient>
  void update(Values& value, const Gradient& gradient, RowVector<Scalar>* state) const {
    if (!remembers_) {
      value -= lr_ * gradient;
    } else {
      state[0] = momentum_ * state[0] + gradient;
      value -= lr_ * state[0];
    }
  }

 private:
  Scalar lr_{}, momentum_;
  bool remembers_;
};

}  // namespace twin::manual
