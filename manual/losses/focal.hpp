// The focal loss on logits (torchvision.ops.sigmoid_focal_loss, mean; Lin, Goyal, Girshick, He, Dollár 2017,
// "Focal Loss for Dense Object Detection", eq. 5): the binary cross-entropy, in which what is right already
// hardly counts.
//
//   forward    p   = σ(y)
//              q   = 1 - p_t = p·(1 - t) + (1 - p)·t         the probability of what is wrong
//              ce  = -t·log p - (1 - t)·log(1 - p)
//              a   = α·t + (1 - α)·(1 - t)                   1 where α < 0
//              L   = mean of a·q^γ·ce                        over all N·F elements
//
//   backward   d_y = a·(q^γ·(p - t) + γ·q^(γ-1)·(1 - 2t)·p(1 - p)·ce) / (N·F)
//
//   A product has two terms: that of the cross-entropy, and that of q^γ, which falls as p comes right. For
//   hard targets both have the same sign. Reduction "sum" leaves 1/(N·F) out.
//
//   As in bce_with_logits, everything is written in e = exp(-|y|): with c = 1 - t where y >= 0, else t (what
//   the logit speaks against), and f = 1 - c,
//
//              ce  = |y|·c + log(1 + e),   q = (c + e·f) / (1 + e)
//              d_y = ∓a·q^γ·(e/(1 + e)·(1 + γ·ce·(f - c)/(c + e·f)) - c) / (N·F)       - where y >= 0
//
//   so that nothing overflows, and q has all its digits where it is small. q^(γ-1)·p(1 - p) has become
//   q^γ·e/((1 + e)(c + e·f)): where q = 0 and γ < 1, its first form is ∞·0. That e is not 0 keeps the second
//   from 0/0.
//
//   caches     d_y·N·F (N×F)
//
//   accuracy   L and d_y within 12 ULP where t is 0 or 1, γ = 2, and |y| < 16 (seen: 5.5 and 7.5)
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/losses/focal.hpp"

namespace twin::manual {

template <typename Scalar>
class FocalLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula =
      "loss = mean(aₜ·(1-pₜ)^γ·(-t·log p - (1-t)·log(1-p))), p = σ(y)";
  static constexpr const char* backward_formula =
      "error = aₜ·((1-pₜ)^γ·(p-t) + γ·(1-pₜ)^(γ-1)·(1-2t)·p(1-p)·ce) / (N·F)";

  explicit FocalLoss(const FocalLossSpec& spec) : spec_(spec) {}

  /// y: N×F logits; t: N×F, in 0 … 1. Throws ShapeError when they differ in shape.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "FocalLoss::forward targets");
    if constexpr (std::is_floating_point_v<Scalar>)
      compute(y.array(), t.array());
    else
      compute_as_torchvision(y, t);
    if (spec_.balances()) {
      const auto balance =
          t.array() * Scalar(spec_.alpha) + (Scalar(1) - t.array()) * Scalar(1 - spec_.alpha);
      losses_ *= balance;
      slope_ *= balance;
    }
    const Wider<Scalar> sum = losses_.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(divisor(spec_.reduction, y.size())));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    d_y_ = slope_ / Scalar(divisor(spec_.reduction, slope_.size()));
    return d_y_;
  }

 private:
  template <typename T>
  using Elements = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  template <typename Y, typename T>
  void compute(const Y& y, const T& t) {
    const auto gamma = Scalar(spec_.gamma);
    positive_ = y >= Scalar(0);
    against_ = positive_.select(Scalar(1) - t, t);
    e_ = (-y.abs()).exp().max(std::numeric_limits<Scalar>::min());
    wrong_ = against_ + e_ * (Scalar(1) - against_);  // q·(1 + e)
    losses_ = y.abs() * against_ + e_.log1p();
    const auto r = e_ / (Scalar(1) + e_);
    slope_ = r * (Scalar(1) + gamma * losses_ * (Scalar(1) - against_ * Scalar(2)) / wrong_) - against_;
    slope_ = positive_.select(-slope_, slope_);
    if (gamma == Scalar(0)) return;
    focus_ = wrong_ / (Scalar(1) + e_);
    if (gamma == Scalar(2))
      focus_ = focus_.square();
    else if (gamma != Scalar(1))
      focus_ = focus_.pow(gamma);
    losses_ *= focus_;
    slope_ *= focus_;
  }

  // Bounds must allow for what the autograd twin computes: p_t first, which is subtracted from 1 and so loses
  // the digits of a small q.
  void compute_as_torchvision(const ConstMatrixView<Scalar>& y, const Targets& t) {
    losses_.resize(y.rows(), y.cols());
    slope_.resize(y.rows(), y.cols());
    const Scalar one(1), gamma(spec_.gamma), lowered(spec_.gamma - 1);
    for (Index i = 0; i < y.size(); ++i) {
      const Scalar x = y.data()[i], target = t.data()[i], e = exp(-abs(x));
      const Scalar p = x >= Scalar(0) ? one / (one + e) : e / (one + e), rest = one - p;
      const Scalar q = one - (p * target + rest * (one - target));
      const Scalar ce = (one - target) * x + (x < Scalar(0) ? -x : Scalar(0)) + log(one + e);
      const Scalar focus = spec_.gamma == 0 ? one : pow(q, gamma);
      losses_.data()[i] = focus * ce;
      slope_.data()[i] = focus * (p - target);
      if (spec_.gamma != 0)
        slope_.data()[i] += gamma * pow(q, lowered) * (one - Scalar(2) * target) * p * rest * ce;
    }
  }

  FocalLossSpec spec_;
  Elements<bool> positive_;                                        // N×F: y >= 0
  Elements<Scalar> against_, e_, wrong_, focus_, losses_, slope_;  // N×F
  Matrix<Scalar> d_y_;                                             // N×F
};

}  // namespace twin::manual
