// Lion (Chen et al. 2023, "Symbolic discovery of optimization algorithms", alg. 2; not in PyTorch).
//
//   w ← (1 - lr·weight_decay)·w             every parameter, biases too
//   w ← w - lr·sign(β₁·m + (1 - β₁)·g)      element by element; m starts at 0
//   m ← β₂·m + (1 - β₂)·g                   β₂ > β₁: the memory is longer than what the step looks at
//
//   Every element moves by lr, or not at all where the sum is 0. The sign is taken of m before its update:
//   after it, the last gradient would count twice.
//
//   The decay is decoupled, as in AdamW: it never meets m nor the sign. Its factor is computed in double and
//   rounded once.
#pragma once

#include "manual/matrix.hpp"
#include "manual/sign.hpp"
#include "stems/optim.hpp"

namespace twin::manual {

template <typename ScalarType>
class Lion {
 public:
  using Scalar = ScalarType;
  using Spec = LionSpec;
  static constexpr const char* formula =
      "w ← (1 - lr·weight_decay)w - lr·sign(β₁m + (1-β₁)g), m ← β₂m + (1-β₂)g";

  explicit Lion(const LionSpec& spec) : spec_(spec) {}

  void begin(double lr, std::int64_t) {
    lr_ = Scalar(lr);
    kept_ = Scalar(1 - lr * spec_.weight_decay);
  }

  /// state: m.
  template <typename Values, typename Gradient>
  void update(Values& value, const Gradient& g, RowVector<Scalar>* state) const {
    RowVector<Scalar>& m = state[0];
    const auto sign = [](const Scalar& x) { return sign_of(x); };
    if (spec_.weight_decay != 0) value *= kept_;
    value -= lr_ * (Scalar(spec_.beta1) * m + Scalar(1 - spec_.beta1) * g).unaryExpr(sign);
    m = Scalar(spec_.beta2) * m + Scalar(1 - spec_.beta2) * g;
  }

 private:
  LionSpec spec_;
  Scalar lr_{}, kept_{};  // kept_: 1 - lr·weight_decay
};

}  // namespace twin::manual
