// One minus Dice's coefficient, for segmentation (Milletari, Navab, Ahmadi 2016, "V-Net", section 3; PyTorch
// has no module for it). Outputs p and targets g are probabilities.
//
//   forward    a   = 2·Σ p·g + s,  b = Σ p² + Σ g² + s      of each sample: Σ over all its elements
//              L   = mean over the samples of 1 - a/b
//                  = mean over the samples of Σ (p - g)² / b
//
//   backward   D   = a/b
//              d_p = 2·(D·p - g) / b / N
//
//   The coefficient is a quotient, and p stands in both its parts: D·p comes from the denominator. The mean
//   is over the samples; within one, nothing is averaged, for the coefficient is a share already.
//
//   1 - a/b cancels where the outputs are good. b - a is Σ (p - g)², of which nothing is lost.
//
//   s (smooth) gives a sample that is empty on both sides a coefficient of 1, where 0/0 would be.
//
//   caches     d_p (N×F)
#pragma once

#include <type_traits>

#include "manual/activation.hpp"
#include "shared/losses/dice.hpp"

namespace twin::manual {

template <typename Scalar>
class DiceLoss {
 public:
  using Targets = Activation<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(1 - (2Σp·g + s)/(Σp² + Σg² + s))";
  static constexpr const char* backward_formula = "error = 2·(D·p - g) / (Σp² + Σg² + s) / N";

  explicit DiceLoss(const DiceLossSpec& spec) : smooth_(spec.smooth) {}

  /// p: N×…; targets in the same shape. Throws ShapeError when they differ in shape.
  Scalar forward(const Activation<Scalar>& outputs, const Targets& targets) {
    if (!(targets.extents() == outputs.extents()))
      throw ShapeError("DiceLoss::forward targets: expected " + to_string(outputs.extents().shape()) +
                       ", got " + to_string(targets.extents().shape()));
    const auto p = outputs.as_samples(), g = targets.as_samples();
    d_y_.resize(p.rows(), p.cols());
    const auto samples = Scalar(static_cast<double>(p.rows()));
    Wider<Scalar> sum(0);
    for (Index n = 0; n < p.rows(); ++n) {
      const Scalar overlap = p.row(n).dot(g.row(n)) * Scalar(2) + Scalar(smooth_);
      const Scalar size = p.row(n).squaredNorm() + g.row(n).squaredNorm() + Scalar(smooth_);
      const Scalar coefficient = overlap / size;
      if constexpr (std::is_floating_point_v<Scalar>)
        sum += Wider<Scalar>((p.row(n) - g.row(n)).squaredNorm() / size);
      else
        sum += Scalar(1) - coefficient;  // as the autograd twin does: bounds must allow for it
      d_y_.row(n) = (p.row(n) * coefficient - g.row(n)) * (Scalar(2) / size / samples);
    }
    return Scalar(sum / Wider<Scalar>(samples));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() { return d_y_; }

 private:
  double smooth_;
  Matrix<Scalar> d_y_;  // N×F, F of all extents behind the first
};

}  // namespace twin::manual
