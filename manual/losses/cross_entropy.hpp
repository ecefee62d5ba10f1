// Softmax cross-entropy on class labels (torch.nn.CrossEntropyLoss; Goodfellow, Bengio, Courville 2016, "Deep
// Learning", 6.2.2.3).
//
//   forward    p_nk = exp(z_nk - m_n) / s_n,   m_n = max_k z_nk,   s_n = sum_k exp(z_nk - m_n)
//              L    = mean over n of log(s_n) + (m_n - z_nt)          t = label of sample n
//
//   backward   d_z  = (p - onehot(t)) / N
//
//   A sample whose label is ignored counts nowhere: not in the sum, not in its N, and its d_z is 0.
//
//   Subtracting the row's maximum changes nothing in exact arithmetic and keeps exp from overflowing. Softmax
//   and logarithm are differentiated together: apart, the 1/p of the logarithm would cancel a factor p of the
//   softmax, and lose all digits where p is small.
//
//   weight     w, a number for each class, and ε (label_smoothing; Szegedy et al. 2016, "Rethinking the
//              Inception Architecture", section 7), the share of each label that all K classes are given.
//              With l_nk = log(s_n) + (m_n - z_nk), which is -log p_nk:
//
//              L   = sum over n of ((1 - ε)·w_t·l_nt + ε/K · sum_k w_k·l_nk) / W,    W = sum over n of w_t
//              d_z = (a_n·p_nk - b_nk) / W
//                    b_nk = (1 - ε)·w_t·onehot(t)_k + ε/K·w_k
//                    a_n  = sum_k b_nk = (1 - ε)·w_t + ε/K · sum_k w_k
//
//              The label's own class has its part of the ε/K too. The weight of a sample is that of its
//              label; ε is spread by the weights of the classes it goes to. The mean is a weighted one: it
//              divides by W.
//
//   Reduction "sum" divides by nothing.
//
//   caches     p (N×K), a view on the labels (N), W
//
//   accuracy   p within 4 ULP, L within 2 (seen: 3.4 and 1.2)
//
//   Seen on 37 classes, logits of standard deviation 0.1 to 20. In float32 with AVX-512's exp, p below 1e-20
//   is within 6 (seen: 5.8). Rounding z - m alone would cost 90 ULP of p: what it loses is kept (Knuth's
//   TwoSum) and put back. The largest exponential is exactly 1: it is left out of s, for log1p, which keeps
//   the loss of a sample that is all but certainly right.
#pragma once

#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <span>
#include <type_traits>
#include <vector>

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/losses/cross_entropy.hpp"

namespace twin::manual {

template <typename Scalar>
class CrossEntropyLoss {
 public:
  using Targets = std::span<const std::int64_t>;
  static constexpr const char* forward_formula = "loss = meanₙ(-log softmax(y)ₙₜ)";
  static constexpr const char* backward_formula = "error = (softmax(y) - onehot(t)) / N";

  explicit CrossEntropyLoss(const CrossEntropyLossSpec& spec)
      : ignored_(spec.ignore_index),
        // Every label is one class, and counts 1 in a mean.
        plain_(spec == CrossEntropyLossSpec{.ignore_index = spec.ignore_index}),
        weight_(spec.weight.begin(), spec.weight.end()),
        smoothing_(spec.label_smoothing),
        reduction_(spec.reduction) {}

  /// z: N×K logits; labels: N, unchanged until backward(). Throws ShapeError when their numbers differ, or
  /// that of the weights is not K, DataError when a label is not in 0 … K-1.
  Scalar forward(ConstMatrixView<Scalar> z, Targets labels) {
    if (static_cast<Index>(labels.size()) != z.rows())
      throw ShapeError(
          fmt::format("CrossEntropyLoss::forward labels: expected {}, got {}", z.rows(), labels.size()));
    if (!weight_.empty() && static_cast<Index>(weight_.size()) != z.cols())
      throw ShapeError(
          fmt::format("CrossEntropyLoss::forward weights: expected {}, got {}", z.cols(), weight_.size()));
    labels_ = labels;
    p_.resize(z.rows(), z.cols());
    Wider<Scalar> sum(0), weights(0);
    counted_ = 0;
    for (Index n = 0; n < z.rows(); ++n) {
      const std::int64_t label = labels[static_cast<std::size_t>(n)];
      if (label == ignored_) continue;
      ++counted_;
      if (label < 0 || label >= z.cols())
        throw DataError(fmt::format("label {} of sample {} is out of range 0…{}", label, n, z.cols() - 1));
      Index largest = 0;
      const Scalar maximum = z.row(n).maxCoeff(&largest);
      p_.row(n) = (z.row(n).array() - maximum).exp();
      if constexpr (std::is_floating_point_v<Scalar>) put_back_rounding(z, n, maximum);
      p_(n, largest) = Scalar(0);
      const Wider<Scalar> others = p_.row(n).template cast<Wider<Scalar>>().sum();
      p_(n, largest) = Scalar(1);
      p_.row(n) /= Scalar(Wider<Scalar>(1) + others);
      if (plain_) {
        sum += log_one_plus(others) + (Wider<Scalar>(maximum) - Wider<Scalar>(z(n, label)));
      } else {
        sum += loss_of_row(z, n, label, log_one_plus(others), Wider<Scalar>(maximum));
        weights += Wider<Scalar>(weight_of(label));
      }
    }
    if (plain_) return Scalar(sum / Wider<Scalar>(static_cast<double>(counted_)));
    total_ = reduction_ == Reduction::mean ? Scalar(weights) : Scalar(1);
    return Scalar(sum / Wider<Scalar>(total_));
  }

  /// Returns d_z: N×K, for the last forward().
  const Matrix<Scalar>& backward() {
    if (!plain_) return d_weighted();
    d_z_ = p_;
    for (Index n = 0; n < d_z_.rows(); ++n) {
      const std::int64_t label = labels_[static_cast<std::size_t>(n)];
      if (label == ignored_)
        d_z_.row(n).setZero();
      else
        d_z_(n, label) -= Scalar(1);
    }
    d_z_ /= Scalar(static_cast<double>(counted_));
    return d_z_;
  }

 private:
  static Wider<Scalar> log_one_plus(const Wider<Scalar>& others) {
    // LibTorch adds the 1 first, and so rounds away what is below u: bounds must allow for it.
    if constexpr (std::is_floating_point_v<Scalar>)
      return std::log1p(others);
    else
      return log(Scalar(1) + others);
  }

  // p of row n was made from z - m as rounded: exp(z - m) = exp(rounded) · (1 + what the rounding lost).
  void put_back_rounding(const ConstMatrixView<Scalar>& z, Index n, Scalar maximum) {
    const auto x = z.row(n).array();
    const auto rounded = x - maximum, part = rounded - x;
    p_.row(n).array() += p_.row(n).array() * ((x - (rounded - part)) - (maximum + part));
  }

  Scalar weight_of(std::int64_t k) const {
    return weight_.empty() ? Scalar(1) : weight_[static_cast<std::size_t>(k)];
  }

  // ((1 - ε)·w_t·l_nt + ε/K · sum_k w_k·l_nk) of row n.
  Wider<Scalar> loss_of_row(const ConstMatrixView<Scalar>& z, Index n, std::int64_t label,
                            const Wider<Scalar>& log_s, const Wider<Scalar>& maximum) const {
    using Wide = Wider<Scalar>;
    const auto minus_log_p = [&](std::int64_t k) { return log_s + (maximum - Wide(z(n, k))); };
    const Wide of_label = Wide(1 - smoothing_) * Wide(weight_of(label)) * minus_log_p(label);
    if (smoothing_ == 0) return of_label;
    Wide of_classes(0);
    for (Index k = 0; k < z.cols(); ++k) of_classes += Wide(weight_of(k)) * minus_log_p(k);
    return of_label + Wide(smoothing_ / static_cast<double>(z.cols())) * of_classes;
  }

  // (a_n·p_nk - b_nk) / W
  const Matrix<Scalar>& d_weighted() {
    const auto spread = Scalar(smoothing_ / static_cast<double>(p_.cols())), kept = Scalar(1 - smoothing_);
    spread_.resize(p_.cols());
    for (Index k = 0; k < p_.cols(); ++k) spread_(k) = spread * weight_of(k);
    const Scalar spread_in_all = spread_.sum();
    d_z_.resize(p_.rows(), p_.cols());
    for (Index n = 0; n < d_z_.rows(); ++n) {
      const std::int64_t label = labels_[static_cast<std::size_t>(n)];
      if (label == ignored_) {
        d_z_.row(n).setZero();
        continue;
      }
      const Scalar of_label = kept * weight_of(label);
      d_z_.row(n) = p_.row(n) * (of_label + spread_in_all) - spread_;
      d_z_(n, label) -= of_label;
    }
    d_z_ *= Scalar(1) / total_;
    return d_z_;
  }

  std::int64_t ignored_;
  bool plain_;
  std::vector<Scalar> weight_;  // K, or none
  double smoothing_;            // ε
  Reduction reduction_;
  Scalar total_ = Scalar(1);  // of the last forward(), unless it is plain: W
  Index counted_ = 0;         // of the last forward(): samples whose label is not ignored
  Targets labels_;
  RowVector<Scalar> spread_;  // K: ε/K·w
  Matrix<Scalar> p_, d_z_;    // N×K
};

}  // namespace twin::manual
