// Attention of several heads, of a sequence to itself or to another (torch.nn.MultiheadAttention; Vaswani et
// al. 2017, "Attention is all you need", 3.2).
//
//   forward    q = x·Wqᵀ + bq, k = key·Wkᵀ + bk, v = value·Wvᵀ + bv
//                                                   Wq, Wk and Wv stand below each other in one matrix, 3E×E.
//                                                   Self-attention: key and value are x, and the three are
//                                                   one product
//              s_tj = q_t·k_j / √D + mask_j         in each head, for all j (causal: for j ≤ t). mask: the
//                                                   key_padding_mask of the sample, if there is one
//              p_tj = exp(s_tj - m_t) / Σ_i exp(s_ti - m_t)
//                                                   m_t = max over j of s_tj: it keeps exp from overflowing
//              o_t  = Σ_j p_tj v_j                  the heads side by side again: T×E
//              y    = o·Woᵀ + bo
//
//   backward   d_Wo += d_yᵀ·o, d_bo += Σ d_y        what Wo was multiplied by is o, not x
//              d_o    = d_y·Wo
//              d_v_j  = Σ_t p_tj d_o_t              v_j goes into the o of all that look at j: pᵀ·d_o
//              d_p_tj = d_o_t·v_j
//              d_s_tj = p_tj (d_p_tj - Σ_i p_ti d_p_ti)
//                                                   the sum: a larger s_tj makes all other p of the row
//                                                   smaller
//              d_mask_j = Σ_t d_s_tj, over all heads too
//                                                   mask_j is added to all of them, behind the scale
//              d_q_t  = Σ_j d_s_tj k_j / √D         the scale stands once in s, hence once here …
//              d_k_j  = Σ_t d_s_tj q_t / √D         … and once here, with d_s transposed
//              d_Wq  += d_qᵀ·x, d_Wk += d_kᵀ·key, d_Wv += d_vᵀ·value;  d_bq += Σ d_q, and so on
//              d_x    = d_q·Wq, d_key = d_k·Wk, d_value = d_v·Wv
//                                                   self-attention: d_x is the sum of the three, for x is all
//                                                   of them
//
//   What lies ahead in a causal layer is left out of maximum, sum and gradient; p and d_s are 0 there, so
//   that whole products may be used. bk adds q_t·bk to a whole row of scores, which softmax takes away again:
//   its gradient is 0 but for rounding.
//
//   Minus infinity in the mask hides a key: its p and d_s are 0. Where a query sees no key, the sum of its
//   exp(…) is 0, and what it yields is no number; so is every gradient that it has a part in.
//
//   caches     views on x, key, value and mask, q, k, v, p (N·H×T×S), o (N×T×E)
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/errors.hpp"
#include "shared/layers/multihead_attention.hpp"

namespace twin::manual {

/// Maps N×T×E to N×T×E. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class MultiheadAttention {
 public:
  static constexpr const char* forward_formula = "y = (softmax(q·kᵀ/√D)·v)·Woᵀ + bo, of each head";
  static constexpr const char* backward_formula =
      "d_x = d_q·Wq, and d_k·Wk + d_v·Wv where x is key and value";
  static constexpr std::pair<const char*, const char*> further_formulas[] = {
      {"key", "d_key = d_k·Wk"}, {"value", "d_value = d_v·Wv"}, {"key_padding_mask", "d_mask_j = Σ d_s_tj"}};
  static constexpr const char* parameter_formulas[] = {
      "d_W = (d_qᵀ·x, d_kᵀ·key, d_vᵀ·value)", "d_b = Σ (d_q, d_k, d_v)", "d_Wo = d_yᵀ·o", "d_bo = Σ d_y"};

  /// Weights and biases are 0; without a bias these have no element. Throws LayerError when a size is not
  /// above 0, or num_heads does not divide embed_dim.
  explicit MultiheadAttention(const MultiheadAttentionSpec& spec) : spec_(spec) {
    using std::sqrt;
    spec.validate();
    const Index embed = spec.embed_dim;
    width_ = embed / spec.num_heads;
    scale_ = Scalar(1) / sqrt(Scalar(static_cast<double>(width_)));
    in_proj_weight.setZero(3 * embed, embed);
    out_proj_weight.setZero(embed, embed);
    in_proj_bias.setZero(spec.bias ? 3 * embed : 0);
    out_proj_bias.setZero(spec.bias ? embed : 0);
    d_in_proj_weight = in_proj_weight;
    d_out_proj_weight = out_proj_weight;
    d_in_proj_bias = in_proj_bias;
    d_out_proj_bias = out_proj_bias;
  }

  /// x: the queries, N×T×E, in cross-attention key and value, N×S×E both, and the mask, N×S, if the layer
  /// takes one; unchanged until backward(). Returns y: N×T×E, valid until the next call. Throws LayerError
  /// when they do not fit.
  const Matrix<Scalar>& forward(std::span<const Activation<Scalar>> x) {
    const auto have_equal_extents = [](const auto& a, const auto& b) { return a.extents() == b.extents(); };
    if (!std::equal(x.begin(), x.end(), inputs_.begin(), have_equal_extents)) fit(x);
    std::copy(x.begin(), x.end(), inputs_.begin());
    for (std::size_t i = 0; i < groups(); ++i)
      affine(values_[i], inputs_[i].as_matrix(), rows_of(in_proj_weight, i), part_of(in_proj_bias, i));
    for (Index n = 0; n < inputs_[0][0]; ++n)
      for (Index h = 0; h < spec_.num_heads; ++h) {
        auto p = probabilities(n, h);
        set_product(p, head(values_, kQuery, n, h), head(values_, kKey, n, h).transpose());
        for (Index t = 0; t < time_; ++t) {
          auto seen = p.row(t).head(seen_by(t));
          seen *= scale_;
          if (spec_.key_padding_mask) seen += mask(n).head(seen_by(t));
          const Scalar maximum = seen.maxCoeff();
          seen = (seen.array() - maximum).exp().matrix();
          if (spec_.key_padding_mask) hide(seen, mask(n).head(seen_by(t)));
          seen /= seen.sum();
          p.row(t).tail(source_ - seen_by(t)).setZero();
        }
        set_product(head(o_, n, h), p, head(values_, kValue, n, h));
      }
    affine(y_, o_, out_proj_weight, out_proj_bias);
    return y_;
  }

  /// d_y: N×T×E, the gradient of the loss by y. Returns the gradients of all that forward() was given, in the
  /// same order; adds to those of weights and biases. Throws ShapeError when d_y has not the shape of y.
  std::array<Activation<Scalar>, 4> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    std::array<Activation<Scalar>, 4> d;
    for (std::size_t i = 0; i < groups(); ++i) {
      set_product(d_inputs_[i], d_values_[i], rows_of(in_proj_weight, i));
      d[i] = {d_inputs_[i], inputs_[i].extents()};
    }
    if (spec_.key_padding_mask) d[groups()] = {d_mask_, inputs_[groups()].extents()};
    return d;
  }

  /// backward() without the gradients of what it was given, for the first layer of a network that is being
  /// trained.
  void backward_parameters(const Activation<Scalar>& d_y) {
    if (inputs_[0].empty()) throw std::logic_error("MultiheadAttention::backward before forward");
    const auto d = d_y.as_matrix();
    expect_shape(d, y_, "MultiheadAttention::backward d_y");
    set_product(d_out_proj_weight, d.transpose(), o_, has_gradient_);
    add_rows(d_out_proj_bias, d);
    set_product(d_o_, d, out_proj_weight);
    heads_backward();
    for (std::size_t i = 0; i < groups(); ++i) {
      auto d_weight = rows_of(d_in_proj_weight, i);
      set_product(d_weight, d_values_[i].transpose(), inputs_[i].as_matrix(), has_gradient_);
      add_rows(part_of(d_in_proj_bias, i), d_values_[i]);
    }
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    constexpr ParameterRole kWeight = ParameterRole::weight, kBias = ParameterRole::bias;
    return std::tuple(
        parameter(name + ".in_proj_weight", {in_proj_weight.rows(), in_proj_weight.cols()}, kWeight,
                  in_proj_weight, d_in_proj_weight),
        parameter(name + ".in_proj_bias", {in_proj_bias.size()}, kBias, in_proj_bias, d_in_proj_bias),
        parameter(name + ".out_proj.weight", {out_proj_weight.rows(), out_proj_weight.cols()}, kWeight,
                  out_proj_weight, d_out_proj_weight),
        parameter(name + ".out_proj.bias", {out_proj_bias.size()}, kBias, out_proj_bias, d_out_proj_bias));
  }

  Matrix<Scalar> in_proj_weight, d_in_proj_weight;    // 3E×E: Wq, Wk, Wv
  RowVector<Scalar> in_proj_bias, d_in_proj_bias;     // 3E
  Matrix<Scalar> out_proj_weight, d_out_proj_weight;  // E×E
  RowVector<Scalar> out_proj_bias, d_out_proj_bias;   // E

 private:
  // Queries, keys and values: three matrices in cross-attention, or the columns of one.
  using Values = std::array<Matrix<Scalar>, 3>;
  static constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2;
  std::size_t groups() const { return spec_.cross ? 3 : 1; }

  // The rows of in_proj_weight that yield group i, and the part of the bias.
  template <typename M>
  auto rows_of(M& weight, std::size_t i) const {
    const Index rows = weight.rows() / static_cast<Index>(groups());
    return weight.middleRows(static_cast<Index>(i) * rows, rows);
  }
  template <typename V>
  auto part_of(V& bias, std::size_t i) const {
    const Index size = bias.size() / static_cast<Index>(groups());
    return bias.segment(static_cast<Index>(i) * size, size);
  }

  // T×D or S×D: head h of sample n, whose rows are as far apart as those of the matrix around it.
  using Head = Eigen::Map<Matrix<Scalar>, 0, Eigen::OuterStride<>>;
  Head head(Matrix<Scalar>& matrix, Index n, Index h, Index length, Index first) const {
    return {matrix.data() + n * length * matrix.cols() + first + h * width_, length, width_,
            Eigen::OuterStride<>(matrix.cols())};
  }
  Head head(Matrix<Scalar>& matrix, Index n, Index h) const { return head(matrix, n, h, time_, 0); }
  Head head(Values& values, std::size_t which, Index n, Index h) const {
    const Index length = which == kQuery ? time_ : source_;
    if (spec_.cross) return head(values[which], n, h, length, 0);
    return head(values[0], n, h, length, static_cast<Index>(which) * spec_.embed_dim);
  }
  Eigen::Map<Matrix<Scalar>> probabilities(Index n, Index h) {
    return {p_.data() + (n * spec_.num_heads + h) * time_ * source_, time_, source_};
  }
  Index seen_by(Index t) const { return spec_.is_causal ? t + 1 : source_; }
  // It stands behind the groups.
  auto mask(Index n) const { return inputs_[groups()].as_matrix().row(n); }

  // Eigen's exp of minus infinity is the smallest number that it knows, and not 0.
  template <typename Weights, typename Mask>
  static void hide(Weights& weights, const Mask& mask) {
    const auto hidden = static_cast<Scalar>(-std::numeric_limits<double>::infinity());
    for (Index j = 0; j < weights.size(); ++j)
      if (mask(j) == hidden) weights(j) = Scalar(0);
  }

  // Makes room for inputs of these extents.
  void fit(std::span<const Activation<Scalar>> x) {
    spec_.output_shape(x[0].extents().shape());
    NamedShapes further;
    for (const std::string& name : spec_.further_inputs())
      further.emplace(name, x[further.size() + 1].extents().shape());
    spec_.validate_further(x[0].extents().shape(), further);
    time_ = x[0][1];
    source_ = x[spec_.cross ? kKey : kQuery][1];
    const Index embed = spec_.embed_dim;
    for (std::size_t i = 0; i < groups(); ++i)
      for (Values* values : {&values_, &d_values_})
        (*values)[i].resize(x[i][0] * x[i][1], spec_.cross ? embed : 3 * embed);
    p_.resize(x[0][0] * spec_.num_heads * time_, source_);
    o_.resize(x[0][0] * time_, embed);
    y_.resize(o_.rows(), embed);
    if (spec_.key_padding_mask) d_mask_.resize(x[0][0], source_);
  }

  // y = x·weightᵀ + bias. y has its size.
  template <typename X, typename Weight, typename Bias>
  static void affine(Matrix<Scalar>& y, const X& x, const Weight& weight, const Bias& bias) {
    if (bias.size() > 0) y.rowwise() = bias;
    set_product(y, x, weight.transpose(), /*add=*/bias.size() > 0);
  }

  template <typename Bias, typename D>
  void add_rows(Bias&& d_bias, const D& d) const {
    if (!has_gradient_) d_bias.setZero();
    for (Index row = 0; d_bias.size() > 0 && row < d.rows(); ++row) d_bias += d.row(row);
  }

  // Sets d_values_ and d_mask_.
  void heads_backward() {
    d_mask_.setZero();
    for (Index n = 0; n < inputs_[0][0]; ++n)
      for (Index h = 0; h < spec_.num_heads; ++h) {
        const auto p = probabilities(n, h);
        const Head d = head(d_o_, n, h);
        set_product(head(d_values_, kValue, n, h), p.transpose(), d);
        set_product(d_s_, d, head(values_, kValue, n, h).transpose());  // d_p
        for (Index t = 0; t < time_; ++t) {
          auto seen = d_s_.row(t).head(seen_by(t));
          const auto weights = p.row(t).head(seen_by(t));
          const Scalar mean = seen.cwiseProduct(weights).sum();
          seen = (weights.array() * (seen.array() - mean)).matrix();
          if (spec_.key_padding_mask) d_mask_.row(n).head(seen_by(t)) += seen;
          seen *= scale_;
          d_s_.row(t).tail(source_ - seen_by(t)).setZero();
        }
        set_product(head(d_values_, kQuery, n, h), d_s_, head(values_, kKey, n, h));
        set_product(head(d_values_, kKey, n, h), d_s_.transpose(), head(values_, kQuery, n, h));
      }
  }

  MultiheadAttentionSpec spec_;
  Index width_, time_ = 0, source_ = 0;  // D, T, S
  Scalar scale_;                         // 1/√D
  bool has_gradient_ = false;
  std::array<Activation<Scalar>, 4> inputs_;  // x, in cross-attention key and value, and the mask
  Values values_, d_values_;                  // (N·T)×3E; or (N·T)×E and twice (N·S)×E
  std::array<Matrix<Scalar>, 3> d_inputs_;    // (N·T)×E, (N·S)×E
  Matrix<Scalar> p_;                          // (N·H·T)×S
  Matrix<Scalar> d_s_;                        // T×S, of one head, times 1/√D
  Matrix<Scalar> d_mask_;                     // N×S
  Matrix<Scalar> o_, d_o_, y_;                // (N·T)×E
};

}  // namespace twin::manual
