// Multi-class hinge loss (torch.nn.MultiMarginLoss, reduction "mean"; Weston and Watkins 1999, "Support
// vector machines for multi-class pattern recognition").
//
//   forward    z_nk = margin - y_nt + y_nk             t = label of sample n, k every other class
//              L    = 1/(N·K) · Σ_n Σ_k max(0, z_nk)^p
//
//   backward   d_nk = [z_nk > 0] / (N·K)               p = 1
//                     2·max(0, z_nk) / (N·K)           p = 2
//              d_nt = -Σ_k d_nk                        y_nt stands in every term of its row, with a minus
//
//   The right class is no term of the sum: it would add margin^p, and a gradient that cancels. The sum is
//   divided by all K classes even so. At the kink, z = 0, the gradient is 0.
//
//   caches     a view on y (N×K), a view on the labels (N)
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <span>

#include "manual/activation.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/losses/multi_margin.hpp"

namespace twin::manual {

template <typename Scalar>
class MultiMarginLoss {
 public:
  using Targets = std::span<const std::int64_t>;
  static constexpr const char* forward_formula = "loss = meanₙ(1/K·Σₖ max(0, margin - yₙₜ + yₙₖ)ᵖ), k ≠ t";
  static constexpr const char* backward_formula = "errorₙₖ = p·max(0, z)ᵖ⁻¹ / (N·K), errorₙₜ = -Σₖ errorₙₖ";

  explicit MultiMarginLoss(const MultiMarginLossSpec& spec)
      : squared_(spec.p == 2), margin_(Scalar(spec.margin)) {}

  /// y: N×K; labels: N, each in 0 … K-1; both unchanged until backward(). Throws ShapeError when their
  /// numbers differ.
  Scalar forward(ConstMatrixView<Scalar> y, Targets labels) {
    if (static_cast<Index>(labels.size()) != y.rows())
      throw ShapeError(
          fmt::format("MultiMarginLoss::forward labels: expected {}, got {}", y.rows(), labels.size()));
    y_ = {y.data(), Extents(y.rows(), y.cols())};
    labels_ = labels;
    Wider<Scalar> sum(0);
    for (Index n = 0; n < y.rows(); ++n)
      for_each_other(n, [&](Index, const Scalar& z) {
        const Scalar violation = z < Scalar(0) ? Scalar(0) : z;
        sum += Wider<Scalar>(squared_ ? Scalar(violation * violation) : violation);
      });
    return Scalar(sum / Wider<Scalar>(static_cast<double>(y.size())));
  }

  /// Returns d_y: N×K, for the last forward().
  const Matrix<Scalar>& backward() {
    const Scalar share = Scalar(squared_ ? 2 : 1) / Scalar(static_cast<double>(y_.size()));
    d_y_.resize(y_[0], y_[1]);
    for (Index n = 0; n < y_[0]; ++n) {
      Scalar* d = &d_y_(n, 0);
      d[label(n)] = Scalar(0);
      if (squared_)
        for_each_other(n, [&](Index k, const Scalar& z) { d[k] = (z > Scalar(0) ? z : Scalar(0)) * share; });
      else
        for_each_other(
            n, [&](Index k, const Scalar& z) { d[k] = decide_above(z, Scalar(0)) ? share : Scalar(0); });
      d_y_(n, label(n)) = -d_y_.row(n).sum();
    }
    return d_y_;
  }

 private:
  Index label(Index n) const { return labels_[static_cast<std::size_t>(n)]; }

  // f(k, z) for each class that is not the right one.
  template <typename F>
  void for_each_other(Index n, const F& f) const {
    const Scalar* y = y_.data() + n * y_[1];
    const Index t = label(n), classes = y_[1];
    const Scalar offset = margin_ - y[t];
    for (Index k = 0; k < t; ++k) f(k, offset + y[k]);
    for (Index k = t + 1; k < classes; ++k) f(k, offset + y[k]);
  }

  bool squared_;
  Scalar margin_;
  Activation<Scalar> y_;  // N×K
  Targets labels_;
  Matrix<Scalar> d_y_;  // N×K
};

}  // namespace twin::manual
