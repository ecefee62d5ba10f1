// Multi-class hinge loss where a sample has several classes (torch.nn.MultiLabelMarginLoss, reduction "mean";
// Zhang and Zhou 2006, "Multilabel neural networks", with a hinge for its exponential).
//
//   forward    z_njk = 1 - y_nj + y_nk                 j: the classes that sample n has, k: the others
//              L     = 1/(N·K) · Σ_n Σ_j Σ_k max(0, z_njk)
//
//   backward   d_nk  = Σ_j [z_njk > 0] / (N·K)         of a class that it has not
//              d_nj  = -Σ_k [z_njk > 0] / (N·K)        of a class that it has
//
//   The sum over pairs is divided by the K classes, not by the number of pairs. Two classes that the sample
//   has are never held against each other. At the kink, z = 0, the gradient is 0.
//
//   caches     a view on y (N×K), a view on the labels (N×K), the classes of one sample (K)
#pragma once

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <span>

#include "manual/activation.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/losses/multi_label_margin.hpp"

namespace twin::manual {

template <typename Scalar>
class MultiLabelMarginLoss {
 public:
  using Targets = std::span<const std::int64_t>;
  static constexpr const char* forward_formula = "loss = meanₙ(1/K·Σⱼₖ max(0, 1 - yₙⱼ + yₙₖ))";
  static constexpr const char* backward_formula = "errorₙₖ = Σⱼ[z > 0] / (N·K), errorₙⱼ = -Σₖ[z > 0] / (N·K)";

  explicit MultiLabelMarginLoss(const MultiLabelMarginLossSpec&) {}

  /// y: N×K; labels: N·K, a row of classes for each row, up to the first -1; both unchanged until backward().
  /// Throws ShapeError when their numbers differ.
  Scalar forward(ConstMatrixView<Scalar> y, Targets labels) {
    if (static_cast<Index>(labels.size()) != y.size())
      throw ShapeError(
          fmt::format("MultiLabelMarginLoss::forward labels: expected {}, got {}", y.size(), labels.size()));
    y_ = {y.data(), Extents(y.rows(), y.cols())};
    labels_ = labels;
    Wider<Scalar> sum(0);
    for (Index n = 0; n < y.rows(); ++n) {
      look_at(n);
      for (const std::int64_t j : listed_) {
        const Scalar offset = Scalar(1) - y(n, j);
        for (Index i = 0; i < others_; ++i) {
          const Scalar z = offset + scores_[i];
          sum += Wider<Scalar>(z < Scalar(0) ? Scalar(0) : z);
        }
      }
    }
    return Scalar(sum / Wider<Scalar>(static_cast<double>(y.size())));
  }

  /// Returns d_y: N×K, for the last forward().
  const Matrix<Scalar>& backward() {
    const auto y = y_.as_matrix();
    const Scalar share = Scalar(1) / Scalar(static_cast<double>(y.size()));
    d_y_.setZero(y.rows(), y.cols());
    for (Index n = 0; n < y.rows(); ++n) {
      look_at(n);
      slopes_.setZero();
      for (const std::int64_t j : listed_) {
        const Scalar offset = Scalar(1) - y(n, j);
        Scalar sum(0);
        for (Index i = 0; i < others_; ++i) {
          const Scalar slope = decide_above(Scalar(offset + scores_[i]), Scalar(0)) ? share : Scalar(0);
          slopes_[i] += slope;
          sum += slope;
        }
        d_y_(n, j) -= sum;
      }
      for (Index i = 0; i < others_; ++i) d_y_(n, classes_[i]) = slopes_[i];
    }
    return d_y_;
  }

 private:
  // The classes that sample n has, those that it has not, and their scores.
  void look_at(Index n) {
    const Index classes = y_.extents().last();
    const Targets row =
        labels_.subspan(static_cast<std::size_t>(n * classes), static_cast<std::size_t>(classes));
    listed_ = Targets(row.begin(), std::find(row.begin(), row.end(), -1));
    for (RowVector<Scalar>* buffer : {&scores_, &slopes_}) buffer->resize(classes);
    has_.setConstant(classes, false);
    classes_.resize(classes);
    for (const std::int64_t j : listed_) has_[j] = true;
    others_ = 0;
    for (Index k = 0; k < classes; ++k) {
      classes_[others_] = k;
      scores_[others_] = y_.data()[n * classes + k];
      others_ += has_[k] ? 0 : 1;
    }
  }

  Activation<Scalar> y_;  // N×K
  Targets labels_;
  Matrix<Scalar> d_y_;  // N×K
  // Of one sample.
  Targets listed_;                     // the classes that it has
  RowVector<bool> has_;                // K
  Index others_ = 0;                   // how many it has not
  RowVector<Index> classes_;           // these,
  RowVector<Scalar> scores_, slopes_;  // their scores, and their gradients
};

}  // namespace twin::manual
