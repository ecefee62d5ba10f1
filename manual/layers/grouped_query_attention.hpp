// Attention of Llama and Mistral: fewer heads of keys and values than of queries (Ainslie et al. 2023, "GQA:
// training generalized multi-query transformer models from multi-head checkpoints", 2.2), rotary positions,
// and where it is asked for a sliding window (Jiang et al. 2023, "Mistral 7B", 2).
//
//   forward    q, k, v = q_proj(x), k_proj(x), v_proj(x)       H heads of queries, G of keys and values, each
//                                                              of D columns
//              q, k   = q_rotary(q), k_rotary(k)               turned by their positions; v is not
//              for query head h, which looks at key head g = h / (H/G), and for j that t sees:
//              s_tj = q_t·k_j / √D                             t - W < j ≤ t: nobody looks ahead, nor W or
//                                                              more positions back
//              p_tj = exp(s_tj - m_t) / Σ_i exp(s_ti - m_t)    m_t = max over the j that t sees of s_tj
//              o_t  = Σ_j p_tj v_j                             the query heads side by side again: T×E
//              y    = o_proj(o)
//
//   backward   d_o  = what comes back out of o_proj
//              d_v_j  = Σ_h Σ_t p_tj d_o_t           one v for a whole group of heads: a sum over its query
//                                                    heads h, beside that over the t that see j
//              d_p_tj = d_o_t·v_j
//              d_s_tj = p_tj (d_p_tj - Σ_i p_ti d_p_ti)
//                                                    the sum: a larger s_tj makes all other p of the row
//                                                    smaller
//              d_q_t  = Σ_j d_s_tj k_j / √D          of each query head by itself
//              d_k_j  = Σ_h Σ_t d_s_tj q_t / √D      a sum over the group, as d_v
//              d_q, d_k = what comes back out of q_rotary and k_rotary
//              d_x    = d_q, d_k, d_v, each taken back through its projection: x feeds all three
//
//   What t does not see is left out of maximum, sum and gradient; p and d_s are 0 there, so that whole
//   products may be used. Each t sees itself: no row is empty.
//
//   caches     views on q and k (the rotary layers') and v (N×T×(G·D), its projection's), p (N·H×T×T)
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "manual/layer.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/grouped_query_attention.hpp"

namespace twin::manual {

template <typename Scalar>
class GroupedQueryAttention {
 public:
  static constexpr const char* forward_formula =
      "y = o_proj(softmax(q·kᵀ/√D)·v), q and k turned by position, a group of heads to each k and v";
  static constexpr const char* backward_formula = "d_x = d_q·Wq + d_k·Wk + d_v·Wv";

  /// Throws LayerError when a size is not above 0, or does not divide what it must.
  GroupedQueryAttention(const GroupedQueryAttentionSpec& spec, const Scope<Scalar>& scope) {
    using std::sqrt;
    spec.validate();
    embed_ = spec.hidden_size;
    heads_ = spec.num_heads;
    group_ = spec.num_heads / spec.num_key_value_heads;
    width_ = spec.head_dim();
    window_ = spec.sliding_window.value_or(0);
    scale_ = Scalar(1) / sqrt(Scalar(static_cast<double>(width_)));
    for (const LayerSpec& child : spec.children()) children_.push_back(make_layer<Scalar>(child, scope));
  }

  /// x: N×T×E, unchanged until backward(). Returns y: N×T×E, valid until the next call. Throws ShapeError
  /// when E differs.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Way<Scalar>& way) {
    if (x.extents().rank() != 3 || x[2] != embed_)
      refuse_shape("N×T×" + std::to_string(embed_), x.extents().shape());
    q_ = q_proj().forward(x, way);
    k_ = k_proj().forward(x, way);
    v_ = v_proj().forward(x, way);
    q_ = q_rotary().forward(q_, way);
    k_ = k_rotary().forward(k_, way);
    time_ = x[1];
    p_.resize(x[0] * heads_ * time_, time_);
    o_.resize(x[0] * time_, embed_);
    for (Index n = 0; n < x[0]; ++n)
      for (Index h = 0; h < heads_; ++h) {
        auto p = probabilities(n, h);
        set_product(p, head(q_, n, h), head(k_, n, h / group_).transpose());
        for (Index t = 0; t < time_; ++t) {
          auto seen = seen_by(t, p);
          const Scalar maximum = seen.maxCoeff();
          seen = ((seen.array() - maximum) * scale_).exp().matrix();
          seen /= seen.sum();
          hide_from(t, p);
        }
        set_product(head(o_, n, h), p, head(v_, n, h / group_));
      }
    return o_proj().forward(Activation<Scalar>(o_, x.extents()), way);
  }

  /// d_y: N×T×E, the gradient of the loss by y. Returns d_x: N×T×E; adds to the gradients of the projections.
  Activation<Scalar> backward(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    heads_backward(o_proj().backward(d_y, way));
    const Activation<Scalar> d_k = k_rotary().backward({d_k_, k_.extents()}, way);
    const Activation<Scalar> d_q = q_rotary().backward({d_q_, q_.extents()}, way);
    d_x_ = v_proj().backward({d_v_, v_.extents()}, way).as_matrix();
    d_x_ += k_proj().backward(d_k, way).as_matrix();
    d_x_ += q_proj().backward(d_q, way).as_matrix();
    return {d_x_, d_y.extents()};
  }

  void backward_parameters(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    heads_backward(o_proj().backward(d_y, way));
    k_proj().backward_parameters(k_rotary().backward({d_k_, k_.extents()}, way), way);
    q_proj().backward_parameters(q_rotary().backward({d_q_, q_.extents()}, way), way);
    v_proj().backward_parameters({d_v_, v_.extents()}, way);
  }

  void zero_grad() {
    for (const auto& child : children_) child->zero_grad();
  }
  const std::vector<std::unique_ptr<Layer<Scalar>>>& children() const { return children_; }

 private:
  // T×D: head h of sample n, of a projection whose rows hold several heads side by side.
  using ConstHead = Eigen::Map<const Matrix<Scalar>, 0, Eigen::OuterStride<>>;
  using Head = Eigen::Map<Matrix<Scalar>, 0, Eigen::OuterStride<>>;
  ConstHead head(const Activation<Scalar>& x, Index n, Index h) const {
    return {x.data() + n * time_ * x[2] + h * width_, time_, width_, Eigen::OuterStride<>(x[2])};
  }
  Head head(Matrix<Scalar>& x, Index n, Index h) const {
    return {x.data() + n * time_ * x.cols() + h * width_, time_, width_, Eigen::OuterStride<>(x.cols())};
  }
  Eigen::Map<Matrix<Scalar>> probabilities(Index n, Index h) {
    return {p_.data() + (n * heads_ + h) * time_ * time_, time_, time_};
  }

  // The part of row t that holds the positions that t sees, and the two beside it.
  Index first_seen(Index t) const { return window_ > 0 ? std::max<Index>(0, t - window_ + 1) : 0; }
  template <typename M>
  auto seen_by(Index t, M& matrix) const {
    return matrix.row(t).segment(first_seen(t), t - first_seen(t) + 1);
  }
  template <typename M>
  void hide_from(Index t, M& matrix) const {
    matrix.row(t).head(first_seen(t)).setZero();
    matrix.row(t).tail(time_ - t - 1).setZero();
  }

  void heads_backward(const Activation<Scalar>& d_o) {
    d_q_.resize(o_.rows(), embed_);
    d_k_.resize(o_.rows(), k_[2]);
    d_v_.resize(o_.rows(), k_[2]);
    for (Index n = 0; n < d_o[0]; ++n)
      for (Index h = 0; h < heads_; ++h) {
        const Index g = h / group_;
        const bool add = h % group_ > 0;  // to what the other heads of the group have yielded
        auto p = probabilities(n, h);
        const ConstHead d = head(d_o, n, h);
        set_product(head(d_v_, n, g), p.transpose(), d, add);
        set_product(d_s_, d, head(v_, n, g).transpose());  // d_p
        for (Index t = 0; t < time_; ++t) {
          auto seen = seen_by(t, d_s_);
          const auto weights = seen_by(t, p);
          const Scalar mean = seen.cwiseProduct(weights).sum();
          seen = (weights.array() * (seen.array() - mean) * scale_).matrix();
          hide_from(t, d_s_);
        }
        set_product(head(d_q_, n, h), d_s_, head(k_, n, g));
        set_product(head(d_k_, n, g), d_s_.transpose(), head(q_, n, h), add);
      }
  }

  Layer<Scalar>& q_proj() { return *children_[0]; }
  Layer<Scalar>& k_proj() { return *children_[1]; }
  Layer<Scalar>& v_proj() { return *children_[2]; }
  Layer<Scalar>& q_rotary() { return *children_[3]; }
  Layer<Scalar>& k_rotary() { return *children_[4]; }
  Layer<Scalar>& o_proj() { return *children_[5]; }

  std::vector<std::unique_ptr<Layer<Scalar>>> children_;  // in the order in which they are called
  Index embed_, heads_, group_, width_, time_ = 0;        // E, H, H/G, D, T
  Index window_;                                          // W; 0: none
  Scalar scale_;                                          // 1/√D
  Activation<Scalar> q_, k_, v_;                          // N×T×E, N×T×(G·D)
  Matrix<Scalar> p_;                                      // (N·H·T)×T
  Matrix<Scalar> d_s_;                                    // T×T, of one head, times 1/√D
  Matrix<Scalar> o_, d_q_, d_k_, d_v_, d_x_;              // (N·T)×…
};

}  // namespace twin::manual
