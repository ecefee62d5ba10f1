// Binary cross-entropy on probabilities (torch.nn.BCELoss, without weights; Goodfellow, Bengio, Courville
// 2016, "Deep Learning", 6.2.2.2).
//
//   forward    L   = mean of -t·log y - (1 - t)·log(1 - y)                    over all N·F elements
//
//   backward   d_y = (-t/y + (1 - t)/(1 - y)) / (N·F)
//                  = (y - t) / (y·(1 - y)) / (N·F)
//
//   The sign of the second term is that of the inner derivative of 1 - y. Reduction "sum" leaves 1/(N·F) out.
//
//   PyTorch keeps both ends finite: no logarithm is below -100, and y·(1 - y), by which the gradient divides,
//   not below 1e-12. The two do not belong together: where y = 0 and t = 1, the clamped loss is 100 whatever
//   y, yet its gradient is -1e12, which a sigmoid in front multiplies by y·(1 - y) = 0. A loss on logits
//   (bce_with_logits) has none of these troubles.
//
//   caches     (y - t) / (y·(1 - y)) (N×F)
//
//   accuracy   L within 4 ULP, and d_y too where t is 0 or 1 (seen: 2.3 and 1.9)
#pragma once

#include <fmt/format.h>
#include <type_traits>

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/losses/bce.hpp"

namespace twin::manual {

template <typename Scalar>
class BceLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(-t·log y - (1-t)·log(1-y))";
  static constexpr const char* backward_formula = "error = (y - t) / (y·(1-y)) / (N·F)";

  explicit BceLoss(const BceLossSpec& spec) : reduction_(spec.reduction) {}

  /// y, t: N×F, in 0 … 1. Throws ShapeError when they differ in shape, DataError when an output is no
  /// probability.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "BceLoss::forward targets");
    expect_probabilities(y);
    const auto smallest = Scalar(BceLossSpec::kSmallestLog);
    log_y_ = y.array().log().max(smallest);
    if constexpr (std::is_floating_point_v<Scalar>)
      log_rest_ = (-y.array()).log1p().max(smallest);
    else
      // LibTorch before 2.0 subtracts from 1 first, and so rounds y away where that is below u: bounds must
      // allow for it.
      log_rest_ = (Scalar(1) - y.array()).log().max(smallest);
    losses_ = (t.array() - Scalar(1)) * log_rest_ - t.array() * log_y_;
    slope_ = (y.array() - t.array()) /
             ((Scalar(1) - y.array()) * y.array()).max(Scalar(BceLossSpec::kSmallestVariance));
    const Wider<Scalar> sum = losses_.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(divisor(reduction_, y.size())));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    d_y_ = slope_ / Scalar(divisor(reduction_, slope_.size()));
    return d_y_;
  }

 private:
  using Elements = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  static void expect_probabilities(const ConstMatrixView<Scalar>& y) {
    if ((y.array() >= Scalar(0) && y.array() <= Scalar(1)).all()) return;  // false for NaN
    if constexpr (std::is_floating_point_v<Scalar>)
      for (const Scalar value : y.reshaped())
        if (!(value >= 0 && value <= 1))
          throw DataError(fmt::format("an output is {}", value), {},
                          "let probabilities reach the loss, a sigmoid's, or take bce_with_logits");
  }

  Reduction reduction_;
  Elements log_y_, log_rest_, losses_, slope_;  // N×F
  Matrix<Scalar> d_y_;                          // N×F
};

}  // namespace twin::manual
