// Causal self-attention of several heads (Vaswani et al. 2017, "Attention is all you need", 3.2, eq. 1).
//
//   forward    q, k, v = q_proj(x), k_proj(x), v_proj(x)       T×E for each sample; a head has D columns
//              s_tj = q_t·k_j / √D                             for j ≤ t: nobody looks ahead
//              p_tj = exp(s_tj - m_t) / Σ_i exp(s_ti - m_t)    i, j ≤ t;  m_t = max over j ≤ t of s_tj
//              o_t  = Σ_j≤t p_tj v_j                           the heads side by side again: T×E
//              y    = o_proj(o)
//
//   backward   d_o  = what comes back out of o_proj
//              d_v_j  = Σ_t≥j p_tj d_o_t             v_j goes into the o of all that look at j: pᵀ·d_o
//              d_p_tj = d_o_t·v_j
//              d_s_tj = p_tj (d_p_tj - Σ_i p_ti d_p_ti)
//                                                    the sum: a larger s_tj makes all other p of the row
//                                                    smaller
//              d_q_t  = Σ_j≤t d_s_tj k_j / √D        the scale stands once in s, hence once here …
//              d_k_j  = Σ_t≥j d_s_tj q_t / √D        … and once here, with d_s transposed
//              d_x    = d_q, d_k, d_v, each taken back through its projection: x feeds all three
//
//   What lies ahead (j > t) is left out of maximum, sum and gradient; p and d_s are 0 there, so that whole
//   products may be used. (The usual -∞ of a mask would be NaN in a difference of two.) Subtracting the
//   maximum changes nothing in exact arithmetic, and keeps exp from overflowing.
//
//   The bias of k_proj adds q_t·b to a whole row of scores, which softmax takes away again: its gradient is 0
//   but for rounding.
//
//   caches     views on q, k, v (N×T×E, the projections'), p (N·H×T×T)
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "manual/layer.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/self_attention.hpp"

namespace twin::manual {

template <typename Scalar>
class SelfAttention {
 public:
  static constexpr const char* forward_formula = "y = o_proj(softmax(q·kᵀ/√D)·v), of each head, nobody ahead";
  static constexpr const char* backward_formula = "d_x = d_q·Wq + d_k·Wk + d_v·Wv";

  /// Throws LayerError when a size is not above 0, or heads does not divide embed_dim.
  SelfAttention(const SelfAttentionSpec& spec, const Scope<Scalar>& scope) {
    using std::sqrt;
    spec.validate();
    embed_ = spec.embed_dim;
    heads_ = spec.heads;
    width_ = embed_ / heads_;
    scale_ = Scalar(1) / sqrt(Scalar(static_cast<double>(width_)));
    for (const LayerSpec& child : spec.children()) projections_.push_back(make_layer<Scalar>(child, scope));
  }

  /// x: N×T×E, unchanged until backward(). Returns y: N×T×E, valid until the next call. Throws ShapeError
  /// when E differs.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Way<Scalar>& way) {
    if (x.extents().rank() != 3 || x[2] != embed_)
      refuse_shape("N×T×" + std::to_string(embed_), x.extents().shape());
    q_ = q_proj().forward(x, way);
    k_ = k_proj().forward(x, way);
    v_ = v_proj().forward(x, way);
    time_ = x[1];
    p_.resize(x[0] * heads_ * time_, time_);
    o_.resize(x[0] * time_, embed_);
    for (Index n = 0; n < x[0]; ++n)
      for (Index h = 0; h < heads_; ++h) {
        auto p = probabilities(n, h);
        set_product(p, head(q_.data(), n, h), head(k_.data(), n, h).transpose());
        for (Index t = 0; t < time_; ++t) {
          auto seen = p.row(t).head(t + 1);
          seen *= scale_;
          const Scalar maximum = seen.maxCoeff();
          seen = (seen.array() - maximum).exp().matrix();
          seen /= seen.sum();
          p.row(t).tail(time_ - t - 1).setZero();
        }
        set_product(head(o_.data(), n, h), p, head(v_.data(), n, h));
      }
    return o_proj().forward(Activation<Scalar>(o_, x.extents()), way);
  }

  /// d_y: N×T×E, the gradient of the loss by y. Returns d_x: N×T×E; adds to the gradients of the projections.
  Activation<Scalar> backward(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    heads_backward(o_proj().backward(d_y, way));
    d_x_ = v_proj().backward({d_v_, d_y.extents()}, way).as_matrix();
    d_x_ += k_proj().backward({d_k_, d_y.extents()}, way).as_matrix();
    d_x_ += q_proj().backward({d_q_, d_y.extents()}, way).as_matrix();
    return {d_x_, d_y.extents()};
  }

  void backward_parameters(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    heads_backward(o_proj().backward(d_y, way));
    v_proj().backward_parameters({d_v_, d_y.extents()}, way);
    k_proj().backward_parameters({d_k_, d_y.extents()}, way);
    q_proj().backward_parameters({d_q_, d_y.extents()}, way);
  }

  void zero_grad() {
    for (const auto& projection : projections_) projection->zero_grad();
  }
  const std::vector<std::unique_ptr<Layer<Scalar>>>& children() const { return projections_; }

 private:
  // T×D, rows E apart: head h of sample n.
  using ConstHead = Eigen::Map<const Matrix<Scalar>, 0, Eigen::OuterStride<>>;
  using Head = Eigen::Map<Matrix<Scalar>, 0, Eigen::OuterStride<>>;
  ConstHead head(const Scalar* values, Index n, Index h) const {
    return {values + n * time_ * embed_ + h * width_, time_, width_, Eigen::OuterStride<>(embed_)};
  }
  Head head(Scalar* values, Index n, Index h) const {
    return {values + n * time_ * embed_ + h * width_, time_, width_, Eigen::OuterStride<>(embed_)};
  }
  Eigen::Map<Matrix<Scalar>> probabilities(Index n, Index h) {
    return {p_.data() + (n * heads_ + h) * time_ * time_, time_, time_};
  }

  void heads_backward(const Activation<Scalar>& d_o) {
    for (Matrix<Scalar>* d : {&d_q_, &d_k_, &d_v_}) d->resize(o_.rows(), embed_);
    for (Index n = 0; n < d_o[0]; ++n)
      for (Index h = 0; h < heads_; ++h) {
        const auto p = probabilities(n, h);
        const ConstHead d = head(d_o.data(), n, h);
        set_product(head(d_v_.data(), n, h), p.transpose(), d);
        set_product(d_s_, d, head(v_.data(), n, h).transpose());  // d_p
        for (Index t = 0; t < time_; ++t) {
          auto seen = d_s_.row(t).head(t + 1);
          const auto weights = p.row(t).head(t + 1);
          const Scalar mean = seen.cwiseProduct(weights).sum();
          seen = (weights.array() * (seen.array() - mean) * scale_).matrix();
          d_s_.row(t).tail(time_ - t - 1).setZero();
        }
        set_product(head(d_q_.data(), n, h), d_s_, head(k_.data(), n, h));
        set_product(head(d_k_.data(), n, h), d_s_.transpose(), head(q_.data(), n, h));
      }
  }

  Layer<Scalar>& q_proj() { return *projections_[0]; }
  Layer<Scalar>& k_proj() { return *projections_[1]; }
  Layer<Scalar>& v_proj() { return *projections_[2]; }
  Layer<Scalar>& o_proj() { return *projections_[3]; }

  std::vector<std::unique_ptr<Layer<Scalar>>> projections_;  // q_proj, k_proj, v_proj, o_proj
  Index embed_, heads_, width_, time_ = 0;                   // E, H, D, T
  Scalar scale_;                                             // 1/√D
  Activation<Scalar> q_, k_, v_;                             // N×T×E
  Matrix<Scalar> p_;                                         // (N·H·T)×T
  Matrix<Scalar> d_s_;                                       // T×T, of one head, times 1/√D
  Matrix<Scalar> o_, d_q_, d_k_, d_v_, d_x_;                 // (N·T)×E
};

}  // namespace twin::manual
