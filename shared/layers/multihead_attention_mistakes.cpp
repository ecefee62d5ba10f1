#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "shared/layers/multihead_attention.hpp"

namespace twin {
namespace multihead_attention_mistakes {

using Values = std::vector<double>;

// What is done otherwise than it should be.
struct Twist {
  // On the way forward:
  double scale = -0.5;                           // the power of D that scores are multiplied by
  bool looks_ahead = false;                      // no mask
  bool over_queries = false;                     // softmax of columns, not of rows
  bool no_softmax = false;                       // the scores are the weights
  bool viewed = false;                           // T×E is read as H×T×D, without the permutation
  std::array<std::size_t, 3> order = {0, 1, 2};  // which block of rows is Wq, Wk and Wv
  bool by_head = false;                          // Wq, Wk and Wv of a head stand below each other
  bool value_is_key = false;                     // v is computed from key
  bool exchanged = false;                        // v stands for k, and k for v
  double bias = 1, out_bias = 1;
  bool no_out_proj = false;  // y = o
  bool no_mask = false;      // of the keys
  bool mask_scaled = false;  // it is added in front of the scale
  bool mask_after_softmax = false;
  bool mask_of_first = false;  // that of sample 0 serves all
  bool mask_in_turn = false;   // of the heads of all samples, number i takes the mask of sample i mod N
  // On the way back:
  double scale_back = -0.5;
  std::array<std::size_t, 3> order_back = {0, 1, 2};  // which block of rows of d_W is that of q, k and v
  bool ahead_back = false;                            // the probabilities are computed again, without a mask
  bool no_row_term = false;                           // d_s = p·d_p
  bool no_derivative = false;                         // d_s = d_p
  bool p_as_it_is = false;                            // d_v = p·d_o
  bool s_as_it_is = false;                            // d_q = d_sᵀ·k, d_k = d_s·q
  bool swapped = false;                               // d_q = d_s·q, d_k = d_sᵀ·k
  bool viewed_back = false;
  bool out_proj_ignored = false;                         // d_o = d_y
  std::array<double, 3> branch = {1, 1, 1};              // what of d_q, d_k and d_v is added to d_x
  bool input_for_attended = false;                       // d_Wo = d_yᵀ·x
  bool value_takes_key = false;                          // d_Wv = d_vᵀ·key
  bool mask_scaled_back = false;                         // d_mask is added up behind the scale
  bool last_query_only = false, last_head_only = false;  // what is added to d_mask
};

// A training step of the layer, from what flows into it.
class Attention {
 public:
  Attention(const MultiheadAttentionSpec& spec, const LayerValues& v, const Twist& twist)
      : twist_(twist),
        cross_(spec.cross),
        causal_(spec.is_causal),
        inputs_{&v.x, cross_ ? &v.further.at("key") : &v.x,
                cross_ && !twist.value_is_key ? &v.further.at("value")
                : cross_                      ? &v.further.at("key")
                                              : &v.x},
        weight_(v.parameters.at("in_proj_weight")),
        out_weight_(v.parameters.at("out_proj.weight")),
        mask_(spec.key_padding_mask ? &v.further.at("key_padding_mask") : nullptr),
        bias_(spec.bias ? &v.parameters.at("in_proj_bias") : nullptr),
        out_bias_(spec.bias ? &v.parameters.at("out_proj.bias") : nullptr),
        n_(size(v.x.shape[0])),
        t_(size(v.x.shape[1])),
        s_(size(inputs_[1]->shape[1])),
        h_(size(spec.num_heads)),
        e_(size(spec.embed_dim)),
        d_(e_ / h_),
        d_y_(v.d_y) {
    for (std::size_t which = 0; which < 3; ++which) projected_[which] = project(which);
    if (twist.exchanged) std::swap(projected_[1], projected_[2]);
    o_.resize(n_ * t_ * e_);
    for_each_head([&](std::size_t n, std::size_t h) { attend(n, h); });
    if (d_y_.empty()) return;
    d_o_ = twist.out_proj_ignored ? d_y_.values : product(d_y_.values, out_weight_, 0);
    for (std::size_t which = 0; which < 3; ++which) d_projected_[which].resize(projected_[which].size());
    if (mask_) d_mask_.resize(mask_->size());
    for_each_head([&](std::size_t n, std::size_t h) { attend_backward(n, h); });
  }

  Values output() const {
    if (twist_.no_out_proj) return o_;
    Values y(o_.size());
    for (std::size_t row = 0; row < n_ * t_; ++row)
      for (std::size_t j = 0; j < e_; ++j) {
        double& sum = y[row * e_ + j];
        for (std::size_t i = 0; i < e_; ++i) sum += o_[row * e_ + i] * out_weight_[j * e_ + i];
        if (out_bias_) sum += twist_.out_bias * (*out_bias_)[j];
      }
    return y;
  }

  Values in_weight_gradient() const {
    Values d(3 * e_ * e_);
    for (std::size_t which = 0; which < 3; ++which) {
      const Array& x = *inputs_[twist_.value_takes_key && which == 2 ? 1 : which];
      for (std::size_t row = 0; row < x.size() / e_; ++row)
        for (std::size_t j = 0; j < e_; ++j)
          for (std::size_t i = 0; i < e_; ++i)
            d[(twist_.order_back[which] * e_ + j) * e_ + i] +=
                d_projected_[which][row * e_ + j] * x[row * e_ + i];
    }
    return d;
  }
  Values in_bias_gradient() const {
    Values d(3 * e_);
    for (std::size_t which = 0; which < 3; ++which)
      for (std::size_t k = 0; k < d_projected_[which].size(); ++k)
        d[which * e_ + k % e_] += d_projected_[which][k];
    return d;
  }
  Values out_weight_gradient() const {
    const Values& x = twist_.input_for_attended ? inputs_[0]->values : o_;
    Values d(e_ * e_);
    for (std::size_t row = 0; row < n_ * t_; ++row)
      for (std::size_t j = 0; j < e_; ++j)
        for (std::size_t i = 0; i < e_; ++i) d[j * e_ + i] += d_y_[row * e_ + j] * x[row * e_ + i];
    return d;
  }
  // Of x, key or value; in self-attention, of x by all three ways.
  Values input_gradient(std::size_t which) const {
    Values d(inputs_[which]->size());
    for (std::size_t k = 0; k < 3; ++k) {
      if (cross_ && k != which) continue;
      const Values way = product(d_projected_[k], weight_, k * e_);
      for (std::size_t i = 0; i < d.size(); ++i) d[i] += twist_.branch[k] * way[i];
    }
    return d;
  }
  const Values& mask_gradient() const { return d_mask_; }
  /// d_k·Wk + d_v·Wv, where key and value have as many rows.
  Values key_and_value_gradient() const {
    Values d = product(d_projected_[1], weight_, e_);
    const Values of_value = product(d_projected_[2], weight_, 2 * e_);
    for (std::size_t i = 0; i < d.size(); ++i) d[i] += of_value[i];
    return d;
  }

 private:
  static std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

  // x·W with the rows of W from `first`.
  Values product(const Values& x, const Array& weight, std::size_t first) const {
    Values y(x.size());
    for (std::size_t row = 0; row < x.size() / e_; ++row)
      for (std::size_t j = 0; j < e_; ++j)
        for (std::size_t i = 0; i < e_; ++i)
          y[row * e_ + i] += x[row * e_ + j] * weight[(first + j) * e_ + i];
    return y;
  }

  // The row of in_proj_weight that yields column j of q, k or v.
  std::size_t weight_row(std::size_t which, std::size_t j) const {
    if (twist_.by_head) return (j / d_ * 3 + which) * d_ + j % d_;
    return twist_.order[which] * e_ + j;
  }
  Values project(std::size_t which) const {
    const Array& x = *inputs_[which];
    Values y(x.size());
    for (std::size_t row = 0; row < x.size() / e_; ++row)
      for (std::size_t j = 0; j < e_; ++j) {
        double& sum = y[row * e_ + j];
        for (std::size_t i = 0; i < e_; ++i) sum += x[row * e_ + i] * weight_[weight_row(which, j) * e_ + i];
        if (bias_) sum += twist_.bias * (*bias_)[weight_row(which, j)];
      }
    return y;
  }

  template <typename F>
  void for_each_head(const F& f) const {
    for (std::size_t n = 0; n < n_; ++n)
      for (std::size_t h = 0; h < h_; ++h) f(n, h);
  }
  template <typename F>
  void for_each_pair(const F& f) const {
    for (std::size_t t = 0; t < t_; ++t)
      for (std::size_t j = 0; j < s_; ++j)
        for (std::size_t d = 0; d < d_; ++d) f(t, j, d);
  }
  std::size_t at(std::size_t n, std::size_t row, std::size_t h, std::size_t d, std::size_t rows,
                 bool viewed) const {
    return viewed ? ((n * h_ + h) * rows + row) * d_ + d : (n * rows + row) * e_ + h * d_ + d;
  }
  bool sees(std::size_t t, std::size_t j, bool back) const {
    return !causal_ || j <= t || twist_.looks_ahead || (back && twist_.ahead_back);
  }

  double mask(std::size_t n, std::size_t h, std::size_t j) const {
    if (!mask_ || twist_.no_mask) return 0;
    const std::size_t sample = twist_.mask_of_first ? 0 : twist_.mask_in_turn ? (n * h_ + h) % n_ : n;
    return (*mask_)[sample * s_ + j];
  }

  // T×S of one head.
  Values probabilities(std::size_t n, std::size_t h, bool back) const {
    const double scale = std::pow(static_cast<double>(d_), twist_.scale);
    const bool viewed = twist_.viewed || (back && twist_.viewed_back);
    Values p(t_ * s_);
    for_each_pair([&](std::size_t t, std::size_t j, std::size_t d) {
      if (sees(t, j, back))
        p[t * s_ + j] +=
            scale * projected_[0][at(n, t, h, d, t_, viewed)] * projected_[1][at(n, j, h, d, s_, viewed)];
    });
    const double times = twist_.mask_after_softmax ? 0 : twist_.mask_scaled ? scale : 1;
    for (std::size_t i = 0; i < p.size(); ++i)
      if (sees(i / s_, i % s_, back)) p[i] += times * mask(n, h, i % s_);
    if (twist_.no_softmax) return p;
    const std::size_t rows = twist_.over_queries ? s_ : t_, columns = twist_.over_queries ? t_ : s_;
    for (std::size_t row = 0; row < rows; ++row) {
      const auto place = [&](std::size_t i) { return twist_.over_queries ? i * s_ + row : row * s_ + i; };
      const auto in = [&](std::size_t i) {
        return twist_.over_queries ? sees(i, row, back) : sees(row, i, back);
      };
      double maximum = -HUGE_VAL, sum = 0;
      for (std::size_t i = 0; i < columns; ++i)
        if (in(i)) maximum = std::max(maximum, p[place(i)]);
      for (std::size_t i = 0; i < columns; ++i)
        if (in(i)) sum += p[place(i)] = std::exp(p[place(i)] - maximum);
      for (std::size_t i = 0; i < columns; ++i) p[place(i)] /= sum;
    }
    if (twist_.mask_after_softmax)
      for (std::size_t i = 0; i < p.size(); ++i)
        if (sees(i / s_, i % s_, back)) p[i] += mask(n, h, i % s_);
    return p;
  }

  void attend(std::size_t n, std::size_t h) {
    const Values p = probabilities(n, h, false);
    for_each_pair([&](std::size_t t, std::size_t j, std::size_t d) {
      o_[at(n, t, h, d, t_, twist_.viewed)] +=
          p[t * s_ + j] * projected_[2][at(n, j, h, d, s_, twist_.viewed)];
    });
  }

  void attend_backward(std::size_t n, std::size_t h) {
    const bool viewed = twist_.viewed_back;
    const double scale = std::pow(static_cast<double>(d_), twist_.scale_back);
    const Values p = probabilities(n, h, true);
    Values d_s(t_ * s_), row_terms(t_);
    for_each_pair([&](std::size_t t, std::size_t j, std::size_t d) {
      const double d_o = d_o_[at(n, t, h, d, t_, viewed)];
      d_projected_[2][at(n, j, h, d, s_, viewed)] += p[twist_.p_as_it_is ? j * s_ + t : t * s_ + j] * d_o;
      if (!sees(t, j, true)) return;
      const double d_p = d_o * projected_[2][at(n, j, h, d, s_, viewed)];
      d_s[t * s_ + j] += d_p;
      row_terms[t] += p[t * s_ + j] * d_p;
    });
    for (std::size_t t = 0; t < t_; ++t)
      for (std::size_t j = 0; j < s_; ++j) {
        double& d = d_s[t * s_ + j];
        if (!twist_.no_derivative) d = p[t * s_ + j] * (d - (twist_.no_row_term ? 0 : row_terms[t]));
        const bool added =
            (!twist_.last_query_only || t + 1 == t_) && (!twist_.last_head_only || h + 1 == h_);
        if (mask_ && added) d_mask_[n * s_ + j] += twist_.mask_scaled_back ? d * scale : d;
        d *= scale;
      }
    const std::size_t for_q = twist_.swapped ? 0 : 1, for_k = twist_.swapped ? 1 : 0;
    for_each_pair([&](std::size_t t, std::size_t j, std::size_t d) {
      const std::size_t of_t = at(n, t, h, d, t_, viewed), of_j = at(n, j, h, d, s_, viewed);
      const double s = d_s[twist_.s_as_it_is ? j * s_ + t : t * s_ + j];
      d_projected_[0][of_t] += s * projected_[for_q][of_j];
      d_projected_[1][of_j] += s * projected_[for_k][of_t];
    });
  }

  Twist twist_;
  bool cross_, causal_;
  std::array<const Array*, 3> inputs_;  // x, key, value
  const Array &weight_, &out_weight_;
  const Array *mask_, *bias_, *out_bias_;
  std::size_t n_, t_, s_, h_, e_, d_;
  const Array& d_y_;
  std::array<Values, 3> projected_, d_projected_;  // q, k, v
  Values o_, d_o_, d_mask_;
};

struct Mistake {
  const char* cause;
  const char* formula;
  const char* meaning;
  Twist twist;
  bool of_equal_lengths = false;  // it needs as many keys as queries
};

const Mistake kForward[] = {
    {"scale_missing", "s = q·kᵀ", "the scores are not divided by √D", {.scale = 0}},
    {"scale_twice", "s = q·kᵀ/D", "the scores are divided by D, not by its root", {.scale = -1}},
    {"mask_missing",
     "p = softmax over all positions",
     "nobody is kept from looking ahead",
     {.looks_ahead = true}},
    {"softmax_axis",
     "p = softmax over the queries",
     "the softmax is taken of the columns of the scores",
     {.over_queries = true}},
    {"softmax_missing", "o = s·v", "the softmax is left out", {.no_softmax = true}},
    {"heads_viewed",
     "q, k, v and o read as H×T×D",
     "T×E is viewed as heads before positions, and not permuted: each head mixes positions",
     {.viewed = true}},
    {"projection_order",
     "in_proj_weight read as Wk, Wq, Wv",
     "the blocks of the one weight are taken in another order",
     {.order = {1, 0, 2}}},
    {"projection_order",
     "in_proj_weight read as Wq, Wv, Wk",
     "the blocks of the one weight are taken in another order",
     {.order = {0, 2, 1}}},
    {"projection_order",
     "in_proj_weight read as Wv, Wk, Wq",
     "the blocks of the one weight are taken in another order",
     {.order = {2, 1, 0}}},
    {"projection_order",
     "s = q·vᵀ/√D, o = p·k",
     "keys and values are taken one for the other",
     {.exchanged = true}},
    {"projections_by_head",
     "in_proj_weight read as q, k, v of each head in turn",
     "the rows of the one weight are taken head by head, as other libraries store them",
     {.by_head = true}},
    {"value_from_key", "v = key·Wvᵀ + bv", "the values are computed from key", {.value_is_key = true}},
    {"input_bias_missing", "q = x·Wqᵀ, and so on", "the biases of q, k and v are not added", {.bias = 0}},
    {"output_bias_missing", "y = o·Woᵀ", "the last bias is not added", {.out_bias = 0}},
    {"output_projection_missing", "y = o", "the heads are not projected once more", {.no_out_proj = true}},
};

// Of layers that take a mask of the keys.
const Mistake kForwardWithMask[] = {
    {"padding_mask_missing", "s = q·kᵀ/√D", "the key_padding_mask is not added", {.no_mask = true}},
    {"mask_scaled",
     "s = (q·kᵀ + mask)/√D",
     "the key_padding_mask is divided by √D too, as if it were part of the product",
     {.mask_scaled = true}},
    {"mask_after_softmax",
     "p = softmax(q·kᵀ/√D) + mask",
     "the key_padding_mask is added to the probabilities: they no longer add up to 1",
     {.mask_after_softmax = true}},
    {"mask_of_first_sample",
     "s = q·kᵀ/√D + mask of sample 0",
     "the index of the sample is forgotten: all samples take the key_padding_mask of the first",
     {.mask_of_first = true}},
    {"mask_in_turn",
     "s = q·kᵀ/√D + mask of sample (n·H + h) mod N",
     "the rows of the key_padding_mask are repeated in turn, not each of them for all heads of its sample",
     {.mask_in_turn = true}},
};

const Mistake kMask[] = {
    {"mask_scaled",
     "d_mask_j = Σ d_s_tj / √D",
     "the mask is added behind the scale of the scores, which its gradient knows nothing of",
     {.mask_scaled_back = true}},
    {"last_query_only",
     "d_mask_j = Σ d_s_tj of the last t",
     "every query meets the mask of a key: what the others send back is not added",
     {.last_query_only = true}},
    {"last_head_only",
     "d_mask_j = Σ_t d_s_tj of the last head",
     "every head meets the mask of a key: what the others send back is not added",
     {.last_head_only = true}},
};

const Mistake kBackward[] = {
    {"scale_missing",
     "d_s without 1/√D",
     "the scale of the scores is forgotten on the way back",
     {.scale_back = 0}},
    {"scale_twice",
     "d_s with 1/D",
     "the scale of the scores is applied twice on the way back",
     {.scale_back = -1}},
    {"row_term_missing",
     "d_s = p·d_p",
     "only the diagonal of the softmax's Jacobian is there: what the other scores of the row lose is "
     "forgotten",
     {.no_row_term = true}},
    {"softmax_derivative_left_out",
     "d_s = d_p",
     "the derivative of the softmax is left out",
     {.no_derivative = true}},
    {"mask_missing", "p of all positions", "the mask is forgotten on the way back", {.ahead_back = true}},
    {"not_transposed",
     "d_v = p·d_o",
     "the probabilities are not transposed on the way back",
     {.p_as_it_is = true},
     true},
    {"not_transposed",
     "d_q = d_sᵀ·k, d_k = d_s·q",
     "the gradient of the scores is transposed for the queries, where it belongs to the keys",
     {.s_as_it_is = true},
     true},
    {"queries_for_keys",
     "d_q = d_s·q, d_k = d_sᵀ·k",
     "queries stand where keys belong, and keys where queries do",
     {.swapped = true},
     true},
    {"heads_viewed",
     "d_o, d_q, d_k and d_v read as H×T×D",
     "T×E is viewed as heads before positions, and not permuted",
     {.viewed_back = true}},
    {"output_projection_ignored",
     "d_o = d_y",
     "the last projection is left out of the way back",
     {.out_proj_ignored = true}},
};

const Mistake kInWeight[] = {
    {"projection_order",
     "d_W = (d_k, d_q, d_v)ᵀ·x",
     "the blocks of the one weight are taken in another order on the way back",
     {.order_back = {1, 0, 2}}},
    {"projection_order",
     "d_W = (d_q, d_v, d_k)ᵀ·x",
     "the blocks of the one weight are taken in another order on the way back",
     {.order_back = {0, 2, 1}}},
    {"value_from_key",
     "d_Wv = d_vᵀ·key",
     "Wv was multiplied by value, not by key",
     {.value_takes_key = true}},
};

const Mistake kOutWeight[] = {
    {"input_for_attended",
     "d_Wo = d_yᵀ·x",
     "Wo was multiplied by what the heads yield, not by x",
     {.input_for_attended = true}},
};

const Mistake kBranches[] = {
    {"branch_missing",
     "d_x without d_q·Wq",
     "x is queries, keys and values, and what comes back by one of these ways is not added",
     {.branch = {0, 1, 1}}},
    {"branch_missing",
     "d_x without d_k·Wk",
     "x is queries, keys and values, and what comes back by one of these ways is not added",
     {.branch = {1, 0, 1}}},
    {"branch_missing",
     "d_x without d_v·Wv",
     "x is queries, keys and values, and what comes back by one of these ways is not added",
     {.branch = {1, 1, 0}}},
    {"overwritten",
     "d_x = d_q·Wq",
     "x is queries, keys and values, and only what comes back by one of these ways is kept",
     {.branch = {1, 0, 0}}},
    {"overwritten",
     "d_x = d_k·Wk",
     "x is queries, keys and values, and only what comes back by one of these ways is kept",
     {.branch = {0, 1, 0}}},
    {"overwritten",
     "d_x = d_v·Wv",
     "x is queries, keys and values, and only what comes back by one of these ways is kept",
     {.branch = {0, 0, 1}}},
};

}  // namespace multihead_attention_mistakes

std::vector<Prediction> MultiheadAttentionSpec::mistakes(const Quantity& quantity,
                                                         const LayerValues& v) const {
  using namespace multihead_attention_mistakes;
  const bool equal_lengths = !cross || v.further.at("key").shape == v.x.shape;
  std::vector<Prediction> all;
  const auto add = [&](const auto& mistakes, const auto& computed) {
    for (const Mistake& m : mistakes)
      if (equal_lengths || !m.of_equal_lengths)
        all.push_back({m.cause, m.formula, m.meaning, computed(Attention(*this, v, m.twist))});
  };
  if (quantity.role == Role::output) {
    const auto output = [](const Attention& a) { return a.output(); };
    add(kForward, output);
    if (key_padding_mask) add(kForwardWithMask, output);
  }
  if (quantity.role == Role::parameter_gradient && quantity.name == "in_proj_weight") {
    const auto gradient = [](const Attention& a) { return a.in_weight_gradient(); };
    add(kBackward, gradient);
    add(kInWeight, gradient);
  }
  if (quantity.role == Role::parameter_gradient && quantity.name == "in_proj_bias")
    add(kBackward, [](const Attention& a) { return a.in_bias_gradient(); });
  if (quantity.role == Role::parameter_gradient && quantity.name == "out_proj.weight")
    add(kOutWeight, [](const Attention& a) { return a.out_weight_gradient(); });
  if (quantity.role != Role::input_gradient) return all;
  if (quantity.name == "key_padding_mask") {
    const auto gradient = [](const Attention& a) { return a.mask_gradient(); };
    add(kBackward, gradient);
    add(kMask, gradient);
    return all;
  }
  const std::size_t which = quantity.name == "key" ? 1 : quantity.name == "value" ? 2 : 0;
  const auto gradient = [&](const Attention& a) { return a.input_gradient(which); };
  add(kBackward, gradient);
  if (!cross) add(kBranches, gradient);
  if (which == 1)
    all.push_back(
        {"value_in_key", "d_key = d_k·Wk + d_v·Wv",
         "key and value are taken for one sequence: what comes back to the value is added to the key",
         Attention(*this, v, {}).key_and_value_gradient()});
  return all;
}

}  // namespace twin
