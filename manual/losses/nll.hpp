// Negative log-likelihood on log-probabilities and class labels (torch.nn.NLLLoss; Bishop 2006, "Pattern
// Recognition and Machine Learning", 4.3.4).
//
//   forward    L   = -sum over n of w_t·y_nt / W          t = label of sample n, w_t the weight of its class,
//                                                         W = sum over n of w_t
//
//   backward   d_y = -w_t / W at the label of each sample, 0 elsewhere
//
//   The outputs are logarithms already, whose loss is linear: no logarithm is left to differentiate, and the
//   softmax is a layer's. The weights are those of the labels, not of the outputs they multiply; the mean is
//   a weighted one, so that doubling all weights changes nothing. Reduction "sum" leaves 1/W out.
//
//   A sample whose label is ignored counts nowhere: not in the sum, not in W, and its d_y is 0.
//
//   caches     W, a view on the labels (N)
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <span>
#include <vector>

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/losses/nll.hpp"

namespace twin::manual {

template <typename Scalar>
class NllLoss {
 public:
  using Targets = std::span<const std::int64_t>;
  static constexpr const char* forward_formula = "loss = -Σₙ wₜ·yₙₜ / Σₙ wₜ";
  static constexpr const char* backward_formula = "error = -wₜ·onehot(t) / Σₙ wₜ";

  explicit NllLoss(const NllLossSpec& spec)
      : weight_(spec.weight.begin(), spec.weight.end()),
        ignored_(spec.ignore_index),
        reduction_(spec.reduction) {}

  /// y: N×K log-probabilities; labels: N, unchanged until backward(). Throws ShapeError when their numbers
  /// differ, or that of the weights is not K, DataError when a label is not in 0 … K-1.
  Scalar forward(ConstMatrixView<Scalar> y, Targets labels) {
    if (static_cast<Index>(labels.size()) != y.rows())
      throw ShapeError(fmt::format("NllLoss::forward labels: expected {}, got {}", y.rows(), labels.size()));
    if (!weight_.empty() && static_cast<Index>(weight_.size()) != y.cols())
      throw ShapeError(
          fmt::format("NllLoss::forward weights: expected {}, got {}", y.cols(), weight_.size()));
    labels_ = labels;
    classes_ = y.cols();
    Wider<Scalar> sum(0), weights(0);
    for (Index n = 0; n < y.rows(); ++n) {
      const std::int64_t label = labels[static_cast<std::size_t>(n)];
      if (label == ignored_) continue;
      if (label < 0 || label >= y.cols())
        throw DataError(fmt::format("label {} of sample {} is out of range 0…{}", label, n, y.cols() - 1));
      const Wider<Scalar> w(weight_of(label));
      sum -= w * Wider<Scalar>(y(n, label));
      weights += w;
    }
    total_ = reduction_ == Reduction::mean ? Scalar(weights) : Scalar(1);
    return Scalar(sum / Wider<Scalar>(total_));
  }

  /// Returns d_y: N×K, for the last forward().
  const Matrix<Scalar>& backward() {
    d_y_.setZero(static_cast<Index>(labels_.size()), classes_);
    for (Index n = 0; n < d_y_.rows(); ++n) {
      const std::int64_t label = labels_[static_cast<std::size_t>(n)];
      if (label != ignored_) d_y_(n, label) = -weight_of(label) / total_;
    }
    return d_y_;
  }

 private:
  Scalar weight_of(std::int64_t label) const {
    return weight_.empty() ? Scalar(1) : weight_[static_cast<std::size_t>(label)];
  }

  std::vector<Scalar> weight_;  // K, or none
  std::int64_t ignored_;
  Reduction reduction_;
  Scalar total_ = Scalar(1);  // W of the last forward()
  Index classes_ = 0;
  Targets labels_;
  Matrix<Scalar> d_y_;  // N×K
};

}  // namespace twin::manual
