// Binary cross-entropy on logits (torch.nn.BCEWithLogitsLoss, without its `weight`; Bishop 2006, "Pattern
// Recognition and Machine Learning", 4.3.2).
//
//   forward    L   = mean of -t·log σ(y) - (1 - t)·log(1 - σ(y))         over all N·F elements
//                  = mean of |y|·(1 - t) + log(1 + exp(-|y|))            where y >= 0
//                            |y|·t       + log(1 + exp(-|y|))            where y < 0
//
//   backward   d_y = (σ(y) - t) / (N·F)
//
//   With log σ(y) = -log(1 + exp(-y)) and log(1 - σ(y)) = -y - log(1 + exp(-y)), the first line is
//   (1 - t)·y + log(1 + exp(-y)); where y < 0, -y = |y| is taken out of the logarithm. So nothing overflows,
//   and no two terms cancel: neither is negative.
//
//   The sigmoid and the logarithm are differentiated together: apart, the 1/p of the logarithm would cancel a
//   factor p of the sigmoid's derivative, and lose all digits where p is small.
//
//   backward   where y >= 0, σ(y) - t = (1 - t) - σ(-y): of a 1 that is all but certain, 1 is not subtracted
//              from σ(y) = 1
//
//   pos_weight a weight q of what should be 1, one for each output in a row:
//
//              L   = mean of -q·t·log σ(y) - (1 - t)·log(1 - σ(y))
//                  = mean of |y|·c + l·log(1 + exp(-|y|))     c = 1 - t where y >= 0, else q·t
//                                                             l = (1 - t) + q·t
//              d_y = ((1 - t)·σ(y) - q·t·(1 - σ(y))) / (N·F)
//
//              The weight is in one of the two terms: q·(σ(y) - t) would be that of both.
//
//   Reduction "sum" leaves 1/(N·F) out.
//
//   caches     exp(-|y|), c (N×F); with pos_weight, l (N×F)
//
//   accuracy   L within 4 ULP, and d_y too where t is 0 or 1 (seen: 1.7 and 2.4)
#pragma once

#include <algorithm>
#include <fmt/format.h>
#include <type_traits>

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/losses/bce_with_logits.hpp"

namespace twin::manual {

template <typename Scalar>
class BceWithLogitsLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(-t·log σ(y) - (1-t)·log(1-σ(y)))";
  static constexpr const char* backward_formula = "error = (σ(y) - t) / (N·F)";

  explicit BceWithLogitsLoss(const BceWithLogitsLossSpec& spec)
      : pos_weight_(static_cast<Index>(spec.pos_weight.size())), reduction_(spec.reduction) {
    std::transform(spec.pos_weight.begin(), spec.pos_weight.end(), pos_weight_.data(),
                   [](double weight) { return Scalar(weight); });
  }

  /// y: N×F logits; t: N×F, in 0 … 1. Throws ShapeError when they differ in shape, or there are weights but
  /// neither one nor F.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "BceWithLogitsLoss::forward targets");
    positive_ = y.array() >= Scalar(0);
    // Of what the logit speaks against: 1 - t where it says 1, t where it says 0.
    against_ = positive_.select(Scalar(1) - t.array(), t.array());
    e_ = (-y.array().abs()).exp();
    if (pos_weight_.size() > 0) return weighted(y, t);
    if constexpr (std::is_floating_point_v<Scalar>)
      losses_ = y.array().abs() * against_ + e_.log1p();
    else
      losses_ = as_libtorch(y, t);
    return reduced();
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    if (pos_weight_.size() > 0) return d_weighted();
    // t - σ(y) where y >= 0, else σ(y) - t.
    const auto down = e_ / (Scalar(1) + e_) - against_;
    d_y_ = positive_.select(-down, down) / Scalar(divisor(reduction_, e_.size()));
    return d_y_;
  }

 private:
  template <typename T>
  using Elements = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  // Bounds must allow for what LibTorch before 2.0 computes: two terms that cancel where y < 0, and a sum
  // that rounds exp(-|y|) away where that is below u.
  Elements<Scalar> as_libtorch(const ConstMatrixView<Scalar>& y, const Targets& t) const {
    const Elements<Scalar> beside = positive_.select(Elements<Scalar>::Zero(y.rows(), y.cols()), -y.array());
    return (Scalar(1) - t.array()) * y.array() + beside + (Scalar(1) + e_).log();
  }

  Scalar reduced() const {
    const Wider<Scalar> sum = losses_.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(divisor(reduction_, losses_.size())));
  }

  // The same where what should be 1 has a weight.
  Scalar weighted(const ConstMatrixView<Scalar>& y, const Targets& t) {
    if (pos_weight_.size() == 1)
      weighted_t_ = t.array() * pos_weight_(0);
    else if (pos_weight_.size() == y.cols())
      weighted_t_ = t.array().rowwise() * pos_weight_.array();
    else
      throw ShapeError(fmt::format("BceWithLogitsLoss::forward pos_weight: expected {}, got {}", y.cols(),
                                   pos_weight_.size()));
    against_ = positive_.select(Scalar(1) - t.array(), weighted_t_);
    both_ = (Scalar(1) - t.array()) + weighted_t_;
    if constexpr (std::is_floating_point_v<Scalar>)
      losses_ = y.array().abs() * against_ + both_ * e_.log1p();
    else
      losses_ = (Scalar(1) - t.array()) * y.array() +
                both_ * (positive_.select(Elements<Scalar>::Zero(y.rows(), y.cols()), -y.array()) +
                         (Scalar(1) + e_).log());
    return reduced();
  }

  const Matrix<Scalar>& d_weighted() {
    const auto n = Scalar(divisor(reduction_, e_.size()));
    if constexpr (std::is_floating_point_v<Scalar>) {
      const auto down = both_ * e_ / (Scalar(1) + e_) - against_;
      d_y_ = positive_.select(-down, down) / n;
    } else {
      // LibTorch's form, whose terms cancel where a large y is right: bounds must allow for it.
      const Elements<Scalar> e = positive_.select(Elements<Scalar>::Ones(e_.rows(), e_.cols()), e_);
      d_y_ = (both_ * (e / (Scalar(1) + e_)) - weighted_t_) / n;
    }
    return d_y_;
  }

  RowVector<Scalar> pos_weight_;  // F, 1 or 0
  Reduction reduction_;
  Elements<bool> positive_;                // N×F: y >= 0
  Elements<Scalar> against_, e_, losses_;  // N×F; e: exp(-|y|)
  Elements<Scalar> weighted_t_, both_;     // N×F; q·t, l
  Matrix<Scalar> d_y_;                     // N×F
};

}  // namespace twin::manual
