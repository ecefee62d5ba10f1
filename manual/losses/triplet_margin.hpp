// Hinge loss on two distances from an anchor (torch.nn.TripletMarginLoss with p = 2, reduction "mean";
// Balntas, Riba, Ponsa, Mikolajczyk 2016, "Learning local feature descriptors with triplets and shallow
// convolutional neural networks", 2).
//
//   forward    d(u, v) = √Σ_i (u_i - v_i + eps)²
//              L       = mean over n of max(0, margin + d(a, p) - far),   far = d(a, n)
//              swap:     far = min(d(a, n), d(p, n)): the negative is held against the nearer of the two
//
//   backward   with e(u, v) = (u - v + eps) / d(u, v), which is ∂d/∂u = -∂d/∂v, and c = 1/N where
//              margin + d(a, p) - far >= 0, else 0:
//              d_a = c·e(a, p) - c·e(a, n)
//              d_p = -c·e(a, p)
//              d_n = c·e(a, n)
//              swap: where d(p, n) is the smaller, -c·e(p, n) flows into p, not -c·e(a, n) into a, and
//              c·e(p, n) into n; where both are equal, each takes half
//
//   PyTorch takes a, p and n apart; here the outputs hold all three, a = y[:, 0], p = y[:, 1], n = y[:, 2].
//   eps is added to each difference, before the square: u and v that are equal have the distance eps·√D and a
//   gradient. The gradients of a triplet add up to 0. At the kink, LibTorch's clamp_min hands it on.
//
//   caches     a view on y (N×3×D), the three distances (N)
#pragma once

#include <algorithm>
#include <cmath>

#include "manual/activation.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/losses/triplet_margin.hpp"

namespace twin::manual {

template <typename Scalar>
class TripletMarginLoss {
 public:
  using Targets = Activation<Scalar>;
  static constexpr const char* forward_formula = "loss = meanₙ(max(0, margin + d(a, p) - d(a, n)))";
  static constexpr const char* backward_formula =
      "error(a) = (e(a, p) - e(a, n)) / N, error(p) = -e(a, p) / N, error(n) = e(a, n) / N, "
      "e(u, v) = (u - v + eps) / d(u, v)";

  explicit TripletMarginLoss(const TripletMarginLossSpec& spec)
      : margin_(Scalar(spec.margin)), eps_(Scalar(spec.eps)), swap_(spec.swap) {}

  /// y: N×3×D, unchanged until backward(). There are no targets.
  Scalar forward(const Activation<Scalar>& y, const Targets&) {
    if (y.extents().rank() != 3 || y[1] != 3)
      throw ShapeError("TripletMarginLoss::forward outputs: expected N×3×D, got " +
                       to_string(y.extents().shape()));
    y_ = y;
    for (RowVector<Scalar>* distances : {&positive_, &negative_, &between_}) distances->resize(y[0]);
    Wider<Scalar> sum(0);
    for (Index n = 0; n < y[0]; ++n) {
      positive_[n] = distance(n, kAnchor, kPositive);
      negative_[n] = distance(n, kAnchor, kNegative);
      if (swap_) between_[n] = distance(n, kPositive, kNegative);
      const Scalar z = violation(n);
      if (!(z < Scalar(0))) sum += Wider<Scalar>(z);
    }
    return Scalar(sum / Wider<Scalar>(static_cast<double>(y[0])));
  }

  /// Returns d_y, 3N rows, for the last forward().
  const Matrix<Scalar>& backward() {
    const Scalar share = Scalar(1) / Scalar(static_cast<double>(y_[0]));
    d_y_.setZero(3 * y_[0], y_[2]);
    for (Index n = 0; n < y_[0]; ++n) {
      const Scalar of_anchor = share_of_anchor(n);
      if (decide_above(Scalar(0), violation(n))) continue;
      add(n, kAnchor, kPositive, positive_[n], share);
      if (of_anchor > Scalar(0)) add(n, kAnchor, kNegative, negative_[n], -share * of_anchor);
      if (of_anchor < Scalar(1)) add(n, kPositive, kNegative, between_[n], -share * (Scalar(1) - of_anchor));
    }
    return d_y_;
  }

 private:
  static constexpr Index kAnchor = 0, kPositive = 1, kNegative = 2;

  auto member(Index n, Index which) const {
    return Eigen::Map<const RowVector<Scalar>>(y_.data() + (3 * n + which) * y_[2], y_[2]).array();
  }
  auto difference(Index n, Index u, Index v) const { return member(n, u) - member(n, v) + eps_; }

  Scalar distance(Index n, Index u, Index v) const {
    using std::sqrt;
    return sqrt(Scalar(difference(n, u, v).square().sum()));
  }

  // Not yet cut off at 0.
  Scalar violation(Index n) const {
    const Scalar far = swap_ && between_[n] < negative_[n] ? between_[n] : negative_[n];
    return margin_ + positive_[n] - far;
  }

  // Of what flows into the negative's distance, the part that the distance from the anchor takes.
  Scalar share_of_anchor(Index n) const {
    if (!swap_) return Scalar(1);
    const bool below = decide_above(between_[n], negative_[n]),
               above = decide_above(negative_[n], between_[n]);
    return above ? Scalar(0) : below ? Scalar(1) : Scalar(0.5);
  }

  // The gradient of c·d(u, v). Without a distance there is no direction: then LibTorch's norm has none.
  void add(Index n, Index u, Index v, const Scalar& distance, const Scalar& c) {
    if (distance == Scalar(0)) return;
    const Scalar scale = c / distance;
    d_y_.row(3 * n + u).array() += scale * difference(n, u, v);
    d_y_.row(3 * n + v).array() -= scale * difference(n, u, v);
  }

  Scalar margin_, eps_;
  bool swap_;
  Activation<Scalar> y_;                             // N×3×D
  RowVector<Scalar> positive_, negative_, between_;  // N: d(a, p), d(a, n), d(p, n)
  Matrix<Scalar> d_y_;                               // 3N×D
};

}  // namespace twin::manual
