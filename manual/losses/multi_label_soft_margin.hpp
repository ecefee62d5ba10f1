// One binary cross-entropy for each of several classes (torch.nn.MultiLabelSoftMarginLoss, reduction "mean";
// Bishop 2006, "Pattern Recognition and Machine Learning", 4.3.2).
//
//   forward    L   = mean over n of 1/K · Σ_k -t·log σ(y) - (1 - t)·log σ(-y)
//                  = mean of |y|·(1 - t) + log(1 + exp(-|y|))     where y >= 0
//                            |y|·t       + log(1 + exp(-|y|))     where y < 0
//
//   backward   d_y = (σ(y) - t) / (N·K)
//
//   It is divided by N and by K: by all N·K elements. With -log σ(-y) = y - log σ(y), |y| is taken out of the
//   logarithm: nothing overflows, and no two terms cancel.
//
//   backward   where y >= 0, σ(y) - t = (1 - t) - σ(-y): of a 1 that is all but certain, 1 is not subtracted
//              from σ(y) = 1
//
//   caches     exp(-|y|) (N×K), views on y and t (N×K)
//
//   accuracy   L within 4 ULP, and d_y too where t is 0 or 1
#pragma once

#include <type_traits>

#include "manual/activation.hpp"
#include "shared/errors.hpp"
#include "shared/losses/multi_label_soft_margin.hpp"

namespace twin::manual {

template <typename Scalar>
class MultiLabelSoftMarginLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = meanₙ(1/K·Σₖ(-t·log σ(y) - (1-t)·log σ(-y)))";
  static constexpr const char* backward_formula = "error = (σ(y) - t) / (N·K)";

  explicit MultiLabelSoftMarginLoss(const MultiLabelSoftMarginLossSpec&) {}

  /// y: N×K scores; t: N×K, in 0 … 1; both unchanged until backward(). Throws ShapeError when they differ in
  /// shape.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "MultiLabelSoftMarginLoss::forward targets");
    y_ = {y.data(), Extents(y.rows(), y.cols())};
    t_ = {t.data(), y_.extents()};
    e_ = (-y.array().abs()).exp();
    if constexpr (std::is_floating_point_v<Scalar>)
      losses_ = y.array().abs() * against() + e_.log1p();
    else
      losses_ = as_libtorch(y, t);
    const Wider<Scalar> sum = losses_.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(static_cast<double>(y.size())));
  }

  /// Returns d_y: N×K, for the last forward().
  const Matrix<Scalar>& backward() {
    const auto y = y_.as_matrix();
    // σ(y) - t where y < 0, else t - σ(y).
    const auto up = e_ / (Scalar(1) + e_) - against();
    d_y_ = (y.array() >= Scalar(0)).select(-up, up) / Scalar(static_cast<double>(y.size()));
    return d_y_;
  }

 private:
  using Elements = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  // Of what the score speaks against: 1 - t where it says 1, t where it says 0.
  const Elements& against() {
    const auto y = y_.as_matrix(), t = t_.as_matrix();
    against_ = (y.array() >= Scalar(0)).select(Scalar(1) - t.array(), t.array());
    return against_;
  }

  // Bounds must allow for what LibTorch computes: both logarithms, of which one carries |y|.
  Elements as_libtorch(const ConstMatrixView<Scalar>& y, const Targets& t) const {
    return t.array() * ((-y.array()).max(Scalar(0)) + e_.log1p()) +
           (Scalar(1) - t.array()) * (y.array().max(Scalar(0)) + e_.log1p());
  }

  Activation<Scalar> y_, t_;       // N×K
  Elements e_, against_, losses_;  // N×K; e: exp(-|y|)
  Matrix<Scalar> d_y_;             // N×K
};

}  // namespace twin::manual
