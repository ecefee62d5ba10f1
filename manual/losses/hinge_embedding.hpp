// Hinge loss on distances of pairs (torch.nn.HingeEmbeddingLoss, reduction "mean"; Hadsell, Chopra, LeCun
// 2006, "Dimensionality reduction by learning an invariant mapping", without its squares).
//
//   forward    L   = mean of y                    where t = 1: the pair is alike, and y how far it is apart
//                            max(0, margin - y)   where t = -1: it should be as far apart as the margin
//
//   backward   d_y = 1 / (N·F)                    where t = 1
//                    -1 / (N·F)                   where t = -1 and y <= margin: at the kink, y = margin,
//                    0                            LibTorch's clamp_min hands the gradient on
//
//   The mean is over all N·F elements, whichever sign they have.
//
//   caches     views on y and t (N×F)
#pragma once

#include "manual/activation.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/losses/hinge_embedding.hpp"

namespace twin::manual {

template <typename Scalar>
class HingeEmbeddingLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(t = 1: y; t = -1: max(0, margin - y))";
  static constexpr const char* backward_formula = "error = (t = 1: 1; t = -1: -[y <= margin]) / (N·F)";

  explicit HingeEmbeddingLoss(const HingeEmbeddingLossSpec& spec) : margin_(Scalar(spec.margin)) {}

  /// y, t: N×F, unchanged until backward(). Throws ShapeError when they differ in shape.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "HingeEmbeddingLoss::forward targets");
    y_ = {y.data(), Extents(y.rows(), y.cols())};
    t_ = {t.data(), y_.extents()};
    const auto apart = (margin_ - y.array()).max(Scalar(0));
    const auto losses = (t.array() > Scalar(0)).select(y.array(), apart);
    const Wider<Scalar> sum = losses.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(static_cast<double>(y.size())));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    const Scalar share = Scalar(1) / Scalar(static_cast<double>(y_.size()));
    d_y_ = y_.as_matrix().binaryExpr(t_.as_matrix(), [&](const Scalar& y, const Scalar& t) {
      const bool beyond = decide_above(y, margin_);
      if (t > Scalar(0)) return share;
      return beyond ? Scalar(0) : Scalar(-share);
    });
    return d_y_;
  }

 private:
  Scalar margin_;
  Activation<Scalar> y_, t_;  // N×F
  Matrix<Scalar> d_y_;        // N×F
};

}  // namespace twin::manual
