// The angle between two vectors (torch.nn.CosineEmbeddingLoss, reduction "mean"; Chopra, Hadsell, LeCun 2005,
// "Learning a similarity metric discriminatively, with application to face verification", with a cosine for
// its energy).
//
//   forward    cos = x1·x2 / √(m1·m2),   m_i = x_i·x_i + 1e-12
//              L   = mean over the pairs of 1 - cos               where t = 1
//                                           max(0, cos - margin)  where t = -1
//
//   backward   d_x1 = c·(x2 / √(m1·m2) - cos·x1 / m1)
//              d_x2 = c·(x1 / √(m1·m2) - cos·x2 / m2)
//              c    = -1/N   where t = 1
//                     1/N    where t = -1 and cos >= margin: at the kink, LibTorch's clamp_min hands the
//                     0      gradient on
//
//   The second term comes from the lengths, which the vectors change too: with it the gradient has no part
//   along x1 (but for the 1e-12), since a longer vector has the same cosine.
//
//   PyTorch takes x1 and x2 apart; here the outputs hold both, x1 = y[:, 0], x2 = y[:, 1]. √m1·√m2 stands for
//   √(m1·m2), whose product overflows in float32 where vectors are longer than 4e9.
//
//   caches     views on y (N×2×D) and t (N), cos, √m1 and √m2 (N)
#pragma once

#include <cmath>

#include "manual/activation.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/losses/cosine_embedding.hpp"

namespace twin::manual {

template <typename Scalar>
class CosineEmbeddingLoss {
 public:
  using Targets = Activation<Scalar>;
  static constexpr const char* forward_formula = "loss = meanₙ(t = 1: 1 - cos; t = -1: max(0, cos - margin))";
  static constexpr const char* backward_formula =
      "error(x1) = c·(x2/√(m1·m2) - cos·x1/m1), c = (t = 1: -1; t = -1: [cos >= margin]) / N";

  explicit CosineEmbeddingLoss(const CosineEmbeddingLossSpec& spec) : margin_(Scalar(spec.margin)) {}

  /// y: N×2×D; t: N; both unchanged until backward(). Throws ShapeError when they do not fit.
  Scalar forward(const Activation<Scalar>& y, const Targets& t) {
    if (y.extents().rank() != 3 || y[1] != 2 || t.size() != y[0])
      throw ShapeError("CosineEmbeddingLoss::forward: expected outputs N×2×D and N targets, got " +
                       to_string(y.extents().shape()) + " and " + to_string(t.extents().shape()));
    y_ = y;
    t_ = t;
    for (RowVector<Scalar>* values : {&cos_, &length1_, &length2_}) values->resize(y[0]);
    Wider<Scalar> sum(0);
    for (Index n = 0; n < y[0]; ++n) {
      const auto x1 = member(n, 0), x2 = member(n, 1);
      length1_[n] = length(x1);
      length2_[n] = length(x2);
      cos_[n] = (x1 * x2).sum() / (length1_[n] * length2_[n]);
      const Scalar loss = is_alike(n) ? Scalar(1) - cos_[n] : cos_[n] - margin_;
      if (is_alike(n) || !(loss < Scalar(0))) sum += Wider<Scalar>(loss);
    }
    return Scalar(sum / Wider<Scalar>(static_cast<double>(y[0])));
  }

  /// Returns d_y, 2N rows, for the last forward().
  const Matrix<Scalar>& backward() {
    const Scalar share = Scalar(1) / Scalar(static_cast<double>(y_[0]));
    d_y_.resize(2 * y_[0], y_[2]);
    for (Index n = 0; n < y_[0]; ++n) {
      const bool below = decide_above(margin_, cos_[n]);
      const Scalar c = is_alike(n) ? Scalar(-share) : below ? Scalar(0) : share;
      const auto x1 = member(n, 0), x2 = member(n, 1);
      const Scalar across = c / (length1_[n] * length2_[n]);
      const Scalar along1 = c * cos_[n] / (length1_[n] * length1_[n]);
      const Scalar along2 = c * cos_[n] / (length2_[n] * length2_[n]);
      d_y_.row(2 * n).array() = across * x2 - along1 * x1;
      d_y_.row(2 * n + 1).array() = across * x1 - along2 * x2;
    }
    return d_y_;
  }

 private:
  auto member(Index n, Index which) const {
    return Eigen::Map<const RowVector<Scalar>>(y_.data() + (2 * n + which) * y_[2], y_[2]).array();
  }
  bool is_alike(Index n) const { return t_.data()[n] > Scalar(0); }

  template <typename X>
  static Scalar length(const X& x) {
    using std::sqrt;
    return sqrt(Scalar(x.square().sum() + Scalar(CosineEmbeddingLossSpec::kSmallest)));
  }

  Scalar margin_;
  Activation<Scalar> y_, t_;                   // N×2×D, N
  RowVector<Scalar> cos_, length1_, length2_;  // N
  Matrix<Scalar> d_y_;                         // 2N×D
};

}  // namespace twin::manual
