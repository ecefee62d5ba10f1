// Adam with decoupled weight decay (torch.optim.AdamW; Loshchilov and Hutter 2019, "Decoupled weight decay
// regularization", alg. 2).
//
//   w ← (1 - lr·weight_decay)·w          of weights alone, unless decay_all
//   w ← w - lr·m̂ / (√v̂ + eps)            Adam's step (manual/optim/adam.hpp)
//
//   In Adam the decay is part of the gradient, and is divided by √v̂ with it: a weight of large gradients
//   decays less. Here every weight decays at the same rate.
//
//   The decay comes first, as in PyTorch: it acts on the weights that the gradient was taken at. Its factor
//   is computed in double and rounded once.
#pragma once

#include "manual/optim/adam.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin::manual {

template <typename ScalarType>
class Adamw {
 public:
  using Scalar = ScalarType;
  using Spec = AdamwSpec;
  static constexpr const char* formula =
      "w ← (1 - lr·weight_decay)w, m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - lr·m̂ / (√v̂ + eps)";

  explicit Adamw(const AdamwSpec& spec) : spec_(spec), adam_(spec.adam()) {}

  /// Of step t = 1, 2, ….
  void begin(double lr, std::int64_t t) {
    kept_ = Scalar(1 - lr * spec_.weight_decay);
    adam_.begin(lr, t);
  }

  /// state: Adam's.
  template <typename Values, typename Gradient>
  void update(Values& value, const Gradient& gradient, RowVector<Scalar>* state, ParameterRole role) const {
    if (spec_.decays(role)) value *= kept_;
    adam_.update(value, gradient, state);
  }

 private:
  AdamwSpec spec_;
  Adam<Scalar> adam_;
  Scalar kept_{};  // 1 - lr·weight_decay
};

}  // namespace twin::manual
