// Rprop (torch.optim.Rprop; Riedmiller and Braun 1993, "A direct adaptive method for faster backpropagation
// learning: the RPROP algorithm"; without the step back: Igel and Hüsken 2000, "iRprop-").
//
//   a    = sign(g)·sign(prev)                element by element; prev starts at 0
//   size ← etaplus·size                      a > 0: the gradient keeps its sign
//          etaminus·size                     a < 0: it has turned, the last step was too long
//          size                              a = 0
//   size ← min(max(size, step_size_min), step_size_max)
//   w    ← w - sign(g)·size, prev ← g        but where a < 0: w stays, prev ← 0
//
//   size starts at lr, which has no other use. The size of the gradient does not count, its sign alone does:
//   a batch must be large enough for the sign to mean something.
//
//   prev ← 0 after a turn: otherwise the next gradient, which has the new sign too, would count as a turn or
//   as its opposite, and the step size change twice for one mistake.
//
//   The signs are multiplied, not the gradients: the product of two small ones may underflow.
#pragma once

#include <algorithm>

#include "manual/matrix.hpp"
#include "manual/sign.hpp"
#include "stems/optim.hpp"

namespace twin::manual {

template <typename ScalarType>
class Rprop {
 public:
  using Scalar = ScalarType;
  using Spec = RpropSpec;
  static constexpr const char* formula = "size ← eta·size, w ← w - sign(g)·size";

  explicit Rprop(const RpropSpec& spec)
      : etaminus_(Scalar(spec.etaminus)),
        etaplus_(Scalar(spec.etaplus)),
        smallest_(Scalar(spec.step_size_min)),
        largest_(Scalar(spec.step_size_max)) {}

  /// Of step t = 1, 2, ….
  void begin(double lr, std::int64_t t) {
    first_size_ = Scalar(lr);
    is_first_ = t == 1;
  }

  /// state: prev, size.
  template <typename Values, typename Gradient>
  void update(Values& value, const Gradient& gradient, RowVector<Scalar>* state) const {
    using std::max;
    using std::min;
    RowVector<Scalar>&prev = state[0], &size = state[1];
    if (is_first_) size.setConstant(first_size_);
    const Scalar zero(0), one(1);
    for (Index k = 0; k < value.size(); ++k) {
      const Scalar g = gradient(k), direction = sign_of(g), agreement = direction * sign_of(prev(k));
      const bool turned = agreement < zero;
      const Scalar factor = turned ? etaminus_ : agreement > zero ? etaplus_ : one;
      size(k) = min(max(Scalar(size(k) * factor), smallest_), largest_);
      value(k) -= turned ? zero : Scalar(direction * size(k));
      prev(k) = turned ? zero : g;
    }
  }

 private:
  Scalar etaminus_, etaplus_, smallest_, largest_;
  Scalar first_size_{};
  bool is_first_ = false;
};

}  // namespace twin::manual
