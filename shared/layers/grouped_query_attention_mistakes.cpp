#include <algorithm>
#include <cmath>

#include "shared/specs/layer_spec.hpp"

namespace twin {
namespace grouped_query_attention_mistakes {

using Values = std::vector<double>;

// Which query heads a key head adds up.
enum class Sum { of_group, last_only, first_only, mean };

// What is done otherwise than it should be.
struct Twist {
  double scale = -0.5;              // the power of D that scores are multiplied by,
  double scale_back = -0.5;         // and their gradients
  bool looks_ahead = false;         // no mask on the way forward,
  bool ahead_back = false;          // or only on the way back, where the probabilities are computed again
  bool no_window = false;           // of the mask, the window alone is forgotten,
  bool no_window_back = false;      // or only on the way back
  std::int64_t longer_window = 0;   // by so many positions
  bool over_queries = false;        // softmax of columns, not of rows
  bool no_softmax = false;          // the scores are the weights
  bool heads_in_turn = false;       // query head h looks at key head h mod G
  bool first_head_for_all = false;  // all query heads look at key head 0
  bool viewed = false;              // T×E is read as H×T×D, without the permutation
  bool no_row_term = false;         // d_s = p·d_p
  bool no_derivative = false;       // d_s = d_p
  bool p_as_it_is = false;          // d_v = p·d_o
  bool s_as_it_is = false;          // d_q = d_sᵀ·k, d_k = d_s·q
  Sum sum = Sum::of_group;
};

// The heads between the projections, from what q_rotary, k_rotary and v_proj yield and what comes back out of
// o_proj.
class Heads {
 public:
  Heads(const GroupedQueryAttentionSpec& spec, const LayerValues& v, const Twist& twist)
      : twist_(twist),
        n_(size(v.x.shape[0])),
        t_(size(v.x.shape[1])),
        h_(size(spec.num_heads)),
        g_(size(spec.num_key_value_heads)),
        d_(size(spec.head_dim())),
        window_(!spec.sliding_window || twist.no_window ? t_
                                                        : size(*spec.sliding_window + twist.longer_window)),
        window_back_(twist.no_window_back ? t_ : window_),
        q_(*v.child("q_rotary", Role::output)),
        k_(*v.child("k_rotary", Role::output)),
        v_(*v.child("v_proj", Role::output)) {}

  Values output() const {
    Values o(q_.size());
    for_each_head([&](std::size_t n, std::size_t h) {
      const Values p = probabilities(n, h, false);
      for_each_pair([&](std::size_t t, std::size_t j, std::size_t d) {
        o[of_query(n, t, h, d)] += p[t * t_ + j] * v_[of_key(n, j, key_head(h), d)];
      });
    });
    return o;
  }

  Values d_v(const Array& d_o) const {
    Values result(v_.size());
    for_each_head([&](std::size_t n, std::size_t h) {
      const Values p = probabilities(n, h, true);
      for_each_pair([&](std::size_t t, std::size_t j, std::size_t d) {
        result[of_key(n, j, key_head(h), d)] +=
            share_of(h) * p[twist_.p_as_it_is ? j * t_ + t : t * t_ + j] * d_o[of_query(n, t, h, d)];
      });
    });
    return result;
  }

  Values d_q(const Array& d_o) const {
    Values result(q_.size());
    for_each_head([&](std::size_t n, std::size_t h) {
      const Values d_s = scores_backward(n, h, d_o);
      for_each_pair([&](std::size_t t, std::size_t j, std::size_t d) {
        result[of_query(n, t, h, d)] +=
            d_s[twist_.s_as_it_is ? j * t_ + t : t * t_ + j] * k_[of_key(n, j, key_head(h), d)];
      });
    });
    return result;
  }

  Values d_k(const Array& d_o) const {
    Values result(k_.size());
    for_each_head([&](std::size_t n, std::size_t h) {
      const Values d_s = scores_backward(n, h, d_o);
      for_each_pair([&](std::size_t t, std::size_t j, std::size_t d) {
        result[of_key(n, j, key_head(h), d)] +=
            share_of(h) * d_s[twist_.s_as_it_is ? j * t_ + t : t * t_ + j] * q_[of_query(n, t, h, d)];
      });
    });
    return result;
  }

 private:
  static std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }
  std::size_t at(std::size_t n, std::size_t t, std::size_t h, std::size_t d, std::size_t heads) const {
    return twist_.viewed ? ((n * heads + h) * t_ + t) * d_ + d : ((n * t_ + t) * heads + h) * d_ + d;
  }
  std::size_t of_query(std::size_t n, std::size_t t, std::size_t h, std::size_t d) const {
    return at(n, t, h, d, h_);
  }
  std::size_t of_key(std::size_t n, std::size_t t, std::size_t g, std::size_t d) const {
    return at(n, t, g, d, g_);
  }
  std::size_t key_head(std::size_t h) const {
    return twist_.first_head_for_all ? 0 : twist_.heads_in_turn ? h % g_ : h / (h_ / g_);
  }
  // By what the gradient of query head h is multiplied before its key head adds it.
  double share_of(std::size_t h) const {
    const std::size_t group = h_ / g_, place = h % group;
    switch (twist_.sum) {
      case Sum::last_only:
        return place + 1 == group ? 1 : 0;
      case Sum::first_only:
        return place == 0 ? 1 : 0;
      case Sum::mean:
        return 1 / static_cast<double>(group);
      case Sum::of_group:
        break;
    }
    return 1;
  }

  template <typename F>
  void for_each_head(const F& f) const {
    for (std::size_t n = 0; n < n_; ++n)
      for (std::size_t h = 0; h < h_; ++h) f(n, h);
  }
  template <typename F>
  void for_each_pair(const F& f) const {
    for (std::size_t t = 0; t < t_; ++t)
      for (std::size_t j = 0; j < t_; ++j)
        for (std::size_t d = 0; d < d_; ++d) f(t, j, d);
  }
  bool sees(std::size_t t, std::size_t j, bool back) const {
    if (twist_.looks_ahead || (back && twist_.ahead_back)) return true;
    return j <= t && t - j < (back ? window_back_ : window_);
  }

  // T×T of one head.
  Values probabilities(std::size_t n, std::size_t h, bool back) const {
    const double scale = std::pow(static_cast<double>(d_), twist_.scale);
    Values p(t_ * t_);
    for_each_pair([&](std::size_t t, std::size_t j, std::size_t d) {
      if (sees(t, j, back))
        p[t * t_ + j] += scale * q_[of_query(n, t, h, d)] * k_[of_key(n, j, key_head(h), d)];
    });
    if (twist_.no_softmax) return p;
    const auto place = [&](std::size_t row, std::size_t i) {
      return twist_.over_queries ? i * t_ + row : row * t_ + i;
    };
    for (std::size_t row = 0; row < t_; ++row) {
      const auto in = [&](std::size_t i) {
        return twist_.over_queries ? sees(i, row, back) : sees(row, i, back);
      };
      double maximum = -HUGE_VAL, sum = 0;
      for (std::size_t i = 0; i < t_; ++i)
        if (in(i)) maximum = std::max(maximum, p[place(row, i)]);
      for (std::size_t i = 0; i < t_; ++i)
        if (in(i)) sum += p[place(row, i)] = std::exp(p[place(row, i)] - maximum);
      for (std::size_t i = 0; i < t_; ++i) p[place(row, i)] /= sum;
    }
    return p;
  }

  // d_s of one head, T×T, with its scale.
  Values scores_backward(std::size_t n, std::size_t h, const Array& d_o) const {
    const double scale = std::pow(static_cast<double>(d_), twist_.scale_back);
    const Values p = probabilities(n, h, true);
    Values d_s(t_ * t_), row_terms(t_);
    for_each_pair([&](std::size_t t, std::size_t j, std::size_t d) {
      if (!sees(t, j, true)) return;
      const double d_p = d_o[of_query(n, t, h, d)] * v_[of_key(n, j, key_head(h), d)];
      d_s[t * t_ + j] += d_p;
      row_terms[t] += p[t * t_ + j] * d_p;
    });
    for (std::size_t t = 0; t < t_; ++t)
      for (std::size_t j = 0; j < t_; ++j) {
        double& d = d_s[t * t_ + j];
        if (!twist_.no_derivative) d = p[t * t_ + j] * (d - (twist_.no_row_term ? 0 : row_terms[t]));
        d *= scale;
      }
    return d_s;
  }

  Twist twist_;
  std::size_t n_, t_, h_, g_, d_;
  std::size_t window_, window_back_;
  const Array &q_, &k_, &v_;
};

struct Mistake {
  const char* cause;
  const char* formula;
  const char* meaning;
  Twist twist;
};

const Mistake kForward[] = {
    {"scale_missing", "s = q·kᵀ", "the scores are not divided by √D", {.scale = 0}},
    {"scale_twice", "s = q·kᵀ/D", "the scores are divided by D, not by its root", {.scale = -1}},
    {"mask_missing",
     "p = softmax over all positions",
     "nobody is kept from looking ahead",
     {.looks_ahead = true}},
    {"window_missing",
     "p = softmax over j ≤ t",
     "the sliding window is forgotten: positions look back as far as they can",
     {.no_window = true}},
    {"window_too_long",
     "p = softmax over t - W ≤ j ≤ t",
     "the sliding window is one position too long: t itself is one of the W",
     {.longer_window = 1}},
    {"window_too_short",
     "p = softmax over t - W + 1 < j ≤ t",
     "the sliding window is one position too short",
     {.longer_window = -1}},
    {"heads_in_turn",
     "query head h looks at key head h mod G",
     "the heads of a group are taken from all over the row: they stand side by side",
     {.heads_in_turn = true}},
    {"first_head_for_all",
     "every query head looks at key head 0",
     "one head of keys and values is taken for all groups, as in multi-query attention",
     {.first_head_for_all = true}},
    {"softmax_axis",
     "p = softmax over the queries",
     "the softmax is taken of the columns of the scores",
     {.over_queries = true}},
    {"softmax_missing", "o = s·v", "the softmax is left out", {.no_softmax = true}},
    {"heads_viewed",
     "q, k, v and o read as H×T×D",
     "T×E is viewed as heads before positions, and not permuted: each head mixes positions",
     {.viewed = true}},
};

// Of values and keys, which a group of query heads has in common.
const Mistake kGroup[] = {
    {"group_overwritten",
     "the gradient of the group's last query head",
     "a whole group looks at one head: each query head overwrites what the one before has yielded",
     {.sum = Sum::last_only}},
    {"first_of_group_only",
     "the gradient of the group's first query head",
     "a whole group looks at one head: what the other query heads yield is not added",
     {.sum = Sum::first_only}},
    {"group_averaged",
     "the mean over the group's query heads",
     "the gradients of a group are averaged, not added",
     {.sum = Sum::mean}},
};

const Mistake kValues[] = {
    {"not_transposed",
     "d_v = p·d_o",
     "the probabilities are not transposed on the way back",
     {.p_as_it_is = true}},
    {"mask_missing",
     "d_v = pᵀ·d_o with p of all positions",
     "the mask is forgotten on the way back",
     {.ahead_back = true}},
    {"window_missing",
     "d_v = pᵀ·d_o with p of all j ≤ t",
     "the sliding window is forgotten on the way back",
     {.no_window_back = true}},
    {"heads_in_turn",
     "the gradient of query head h goes to key head h mod G",
     "the heads of a group are taken from all over the row: they stand side by side",
     {.heads_in_turn = true}},
    {"heads_viewed",
     "d_o and d_v read as H×T×D",
     "T×E is viewed as heads before positions, and not permuted",
     {.viewed = true}},
};

const Mistake kScores[] = {
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
    {"mask_missing",
     "d_s with p of all positions",
     "the mask is forgotten on the way back",
     {.ahead_back = true}},
    {"window_missing",
     "d_s with p of all j ≤ t",
     "the sliding window is forgotten on the way back",
     {.no_window_back = true}},
    {"not_transposed",
     "d_q = d_sᵀ·k, d_k = d_s·q",
     "the gradient of the scores is transposed for the queries, where it belongs to the keys",
     {.s_as_it_is = true}},
    {"heads_in_turn",
     "query head h goes with key head h mod G",
     "the heads of a group are taken from all over the row: they stand side by side",
     {.heads_in_turn = true}},
    {"heads_viewed",
     "d_o, d_q and d_k read as H×T×D",
     "T×E is viewed as heads before positions, and not permuted",
     {.viewed = true}},
};

// d_x is the sum of what comes back out of three projections.
std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const Array& q = *v.child("q_proj", Role::input_gradient);
  const Array& k = *v.child("k_proj", Role::input_gradient);
  const Array& value = *v.child("v_proj", Role::input_gradient);
  const auto sum = [&](double of_q, double of_k, double of_v) {
    return each(v.x.size(), [&](std::size_t i) { return of_q * q[i] + of_k * k[i] + of_v * value[i]; });
  };
  constexpr const char* kForgotten = "x feeds three projections, and what comes back out of one is not added";
  constexpr const char* kOverwritten = "x feeds three projections, and only what one sends back is kept";
  return {{"branch_missing", "d_x without that of q_proj", kForgotten, sum(0, 1, 1)},
          {"branch_missing", "d_x without that of k_proj", kForgotten, sum(1, 0, 1)},
          {"branch_missing", "d_x without that of v_proj", kForgotten, sum(1, 1, 0)},
          {"overwritten", "d_x = that of q_proj", kOverwritten, sum(1, 0, 0)},
          {"overwritten", "d_x = that of k_proj", kOverwritten, sum(0, 1, 0)},
          {"overwritten", "d_x = that of v_proj", kOverwritten, sum(0, 0, 1)}};
}

}  // namespace grouped_query_attention_mistakes

std::vector<Prediction> GroupedQueryAttentionSpec::mistakes(const Quantity& quantity,
                                                            const LayerValues& v) const {
  using namespace grouped_query_attention_mistakes;
  std::vector<Prediction> all;
  const auto add = [&](const auto& mistakes, const auto& computed) {
    for (const Mistake& m : mistakes)
      all.push_back({m.cause, m.formula, m.meaning, computed(Heads(*this, v, m.twist))});
  };
  if (quantity.role == Role::input && quantity.name == "o_proj")
    add(kForward, [](const Heads& heads) { return heads.output(); });
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  if (quantity.role != Role::output_gradient) return all;
  const Array& d_o = *v.child("o_proj", Role::input_gradient);
  const auto d_v = [&](const Heads& heads) { return heads.d_v(d_o); };
  const auto d_k = [&](const Heads& heads) { return heads.d_k(d_o); };
  const auto d_q = [&](const Heads& heads) { return heads.d_q(d_o); };
  if (quantity.name == "v_proj") {
    add(kGroup, d_v);
    add(kValues, d_v);
  }
  if (quantity.name == "k_rotary") {
    add(kGroup, d_k);
    add(kScores, d_k);
  }
  if (quantity.name == "q_rotary") add(kScores, d_q);
  return all;
}

}  // namespace twin
