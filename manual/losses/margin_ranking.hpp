// Hinge loss on the order of pairs (torch.nn.MarginRankingLoss, reduction "mean"; Herbrich, Graepel,
// Obermayer 2000, "Large margin rank boundaries for ordinal regression").
//
//   forward    L    = mean(max(0, -t·(x1 - x2) + margin))     over all pairs; t is 1 or -1
//
//   backward   d_x1 = -t / pairs   where t·(x1 - x2) <= margin, else 0
//              d_x2 = t / pairs    there: only the difference counts, so the gradients add up to 0
//
//   PyTorch takes x1 and x2 apart; here the outputs hold both, x1 = y[:, 0], x2 = y[:, 1]. The mean is over
//   pairs, of which there are half as many as outputs. At the kink, which the default margin of 0 puts where
//   both are equal, LibTorch's clamp_min hands the gradient on.
//
//   caches     a view on y (N×2×…), a view on t (N×…)
#pragma once

#include "manual/activation.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/losses/margin_ranking.hpp"

namespace twin::manual {

template <typename Scalar>
class MarginRankingLoss {
 public:
  using Targets = Activation<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(max(0, -t·(x1 - x2) + margin))";
  static constexpr const char* backward_formula =
      "error(x1) = -t·[t·(x1 - x2) <= margin] / pairs = -error(x2)";

  explicit MarginRankingLoss(const MarginRankingLossSpec& spec) : margin_(Scalar(spec.margin)) {}

  /// y: N×2×…; t: N×…; both unchanged until backward(). Throws ShapeError when t has not half as many values.
  Scalar forward(const Activation<Scalar>& y, const Targets& t) {
    if (2 * t.size() != y.size())
      throw ShapeError("MarginRankingLoss::forward targets: expected one for each pair of " +
                       to_string(y.extents().shape()) + ", got " + to_string(t.extents().shape()));
    y_ = y;
    t_ = t;
    Wider<Scalar> sum(0);
    for_each_pair([&](Index first, Index second, const Scalar& sign) {
      const Scalar z = margin_ - signed_as(sign, y_.data()[first] - y_.data()[second]);
      if (!(z < Scalar(0))) sum += Wider<Scalar>(z);
    });
    return Scalar(sum / Wider<Scalar>(static_cast<double>(t.size())));
  }

  /// Returns d_y, 2N rows, for the last forward().
  const Matrix<Scalar>& backward() {
    const Scalar share = Scalar(1) / Scalar(static_cast<double>(t_.size()));
    d_y_.resize(2 * y_[0], t_.size() / y_[0]);
    for_each_pair([&](Index first, Index second, const Scalar& sign) {
      const Scalar slope = is_apart(y_.data()[first], y_.data()[second], sign) ? Scalar(0) : share;
      d_y_.data()[first] = signed_as(sign, -slope);
      d_y_.data()[second] = signed_as(sign, slope);
    });
    return d_y_;
  }

 private:
  // f(place of x1, place of x2, t)
  template <typename F>
  void for_each_pair(const F& f) const {
    const Index inner = t_.size() / y_[0];
    for (Index n = 0; n < y_[0]; ++n)
      for (Index i = 0; i < inner; ++i)
        f(2 * n * inner + i, (2 * n + 1) * inner + i, t_.data()[n * inner + i]);
  }

  static Scalar signed_as(const Scalar& sign, const Scalar& x) { return sign > Scalar(0) ? x : Scalar(-x); }

  // Whether a pair is in order by more than the margin. For a margin of 0 nothing is rounded.
  bool is_apart(const Scalar& x1, const Scalar& x2, const Scalar& sign) const {
    const Scalar &higher = sign > Scalar(0) ? x1 : x2, &lower = sign > Scalar(0) ? x2 : x1;
    return margin_ == Scalar(0) ? decide_above(higher, lower) : decide_above(Scalar(higher - lower), margin_);
  }

  Scalar margin_;
  Activation<Scalar> y_, t_;
  Matrix<Scalar> d_y_;  // 2N×…
};

}  // namespace twin::manual
