// Stochastic gradient descent with momentum (torch.optim.SGD; Polyak 1964; Sutskever et al. 2013).
//
//   v ← momentum·v + g          v starts at 0
//   w ← w - lr·v
//
//   The learning rate stays outside the velocity: a change of lr acts at once on the whole step, as in
//   PyTorch. (In Sutskever's form, v ← momentum·v - lr·g, an old lr lives on in v.)
//
//   With all options of torch.optim.SGD:
//
//   g ← g + weight_decay·w                  as if ½·weight_decay·‖w‖² were part of the loss
//   v ← momentum·v + (1 - dampening)·g      but v = g in the first step: there is no average to add to yet
//   w ← w - lr·v                            nesterov: w ← w - lr·(g + momentum·v)
//
//   Nesterov's step goes where the velocity would lead next: momentum·v is the part of it that is known
//   already.
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

/// A rule of its own: the plain one, which is all that most networks need, is no slower for the options.
template <typename ScalarType>
class SgdWithOptions {
 public:
  using Scalar = ScalarType;
  using Spec = SgdSpec;
  static constexpr const char* formula =
      "v ← momentum·v + (1 - dampening)·g, w ← w - lr·v (nesterov: g + momentum·v)";

  explicit SgdWithOptions(const SgdSpec& spec) : spec_(spec), momentum_(Scalar(spec.momentum)) {}

  /// Of step t = 1, 2, ….
  void begin(double lr, std::int64_t t) {
    rate_ = Scalar(lr);
    share_ = Scalar(t == 1 ? 1 : 1 - spec_.dampening);
  }

  /// state: v; none without momentum.
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
    if (spec_.momentum == 0) {
      value -= rate_ * g;
      return;
    }
    RowVector<Scalar>& v = state[0];
    v = momentum_ * v + share_ * g;
    if (spec_.nesterov)
      value -= rate_ * (g + momentum_ * v);
    else
      value -= rate_ * v;
  }

  SgdSpec spec_;
  Scalar rate_{}, share_{}, momentum_;
};

}  // namespace twin::manual
