#include <algorithm>
#include <cmath>

#include "shared/specs/layer_spec.hpp"

namespace twin {
namespace self_attention_mistakes {

using Values = std::vector<double>;

// What is done otherwise than it should be.
struct Twist {
  double scale = -0.5;         // the power of D that scores are multiplied by,
  double scale_back = -0.5;    // and their gradients
  bool looks_ahead = false;    // no mask on the way forward,
  bool ahead_back = false;     // or only on the way back, where the probabilities are computed again
  bool over_queries = false;   // softmax of columns, not of rows
  bool no_softmax = false;     // the scores are the weights
  bool viewed = false;         // T×E is read as H×T×D, without the permutation
  bool no_row_term = false;    // d_s = p·d_p
  bool no_derivative = false;  // d_s = d_p
  bool p_as_it_is = false;     // d_v = p·d_o
  bool s_as_it_is = false;     // d_q = d_sᵀ·k, d_k = d_s·q
  bool swapped = false;        // d_q = d_s·q, d_k = d_sᵀ·k
};

// The heads between the projections, N×T×E, from what q_proj, k_proj and v_proj yield and what comes back out
// of o_proj.
class Heads {
 public:
  Heads(const SelfAttentionSpec& spec, const LayerValues& v, const Twist& twist)
      : twist_(twist),
        n_(size(v.x.shape[0])),
        t_(size(v.x.shape[1])),
        h_(size(spec.heads)),
        d_(size(spec.embed_dim / spec.heads)),
        q_(*v.child("q_proj", Role::output)),
        k_(*v.child("k_proj", Role::output)),
        v_(*v.child("v_proj", Role::output)) {}

  Values output() const {
    Values o(q_.size());
    for_each_head([&](std::size_t n, std::size_t h) {
      const Values p = probabilities(n, h, twist_.looks_ahead);
      for (std::size_t t = 0; t < t_; ++t)
        for (std::size_t j = 0; j < t_; ++j)
          for (std::size_t d = 0; d < d_; ++d) o[at(n, t, h, d)] += p[t * t_ + j] * v_[at(n, j, h, d)];
    });
    return o;
  }

  Values d_v(const Array& d_o) const {
    Values result(q_.size());
    for_each_head([&](std::size_t n, std::size_t h) {
      const Values p = probabilities(n, h, twist_.looks_ahead || twist_.ahead_back);
      for (std::size_t t = 0; t < t_; ++t)
        for (std::size_t j = 0; j < t_; ++j)
          for (std::size_t d = 0; d < d_; ++d)
            result[at(n, j, h, d)] += p[twist_.p_as_it_is ? j * t_ + t : t * t_ + j] * d_o[at(n, t, h, d)];
    });
    return result;
  }

  Values d_q(const Array& d_o) const { return through_scores(d_o, true); }
  Values d_k(const Array& d_o) const { return through_scores(d_o, false); }

 private:
  static std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }
  std::size_t at(std::size_t n, std::size_t t, std::size_t h, std::size_t d) const {
    return twist_.viewed ? ((n * h_ + h) * t_ + t) * d_ + d : (n * t_ + t) * h_ * d_ + h * d_ + d;
  }
  template <typename F>
  void for_each_head(const F& f) const {
    for (std::size_t n = 0; n < n_; ++n)
      for (std::size_t h = 0; h < h_; ++h) f(n, h);
  }

  // T×T of one head.
  Values probabilities(std::size_t n, std::size_t h, bool ahead) const {
    const double scale = std::pow(static_cast<double>(d_), twist_.scale);
    Values p(t_ * t_);
    const auto seen = [&](std::size_t t, std::size_t j) { return ahead || j <= t; };
    for (std::size_t t = 0; t < t_; ++t)
      for (std::size_t j = 0; j < t_; ++j)
        for (std::size_t d = 0; d < d_; ++d)
          if (seen(t, j)) p[t * t_ + j] += scale * q_[at(n, t, h, d)] * k_[at(n, j, h, d)];
    if (twist_.no_softmax) return p;
    const auto place = [&](std::size_t row, std::size_t i) {
      return twist_.over_queries ? i * t_ + row : row * t_ + i;
    };
    for (std::size_t row = 0; row < t_; ++row) {
      const auto in = [&](std::size_t i) { return twist_.over_queries ? seen(i, row) : seen(row, i); };
      double maximum = -HUGE_VAL, sum = 0;
      for (std::size_t i = 0; i < t_; ++i)
        if (in(i)) maximum = std::max(maximum, p[place(row, i)]);
      for (std::size_t i = 0; i < t_; ++i)
        if (in(i)) sum += p[place(row, i)] = std::exp(p[place(row, i)] - maximum);
      for (std::size_t i = 0; i < t_; ++i) p[place(row, i)] /= sum;
    }
    return p;
  }

  Values through_scores(const Array& d_o, bool to_queries) const {
    const double scale = std::pow(static_cast<double>(d_), twist_.scale_back);
    Values result(q_.size());
    for_each_head([&](std::size_t n, std::size_t h) {
      const Values p = probabilities(n, h, twist_.looks_ahead || twist_.ahead_back);
      Values d_s(t_ * t_);
      for (std::size_t t = 0; t < t_; ++t) {
        const std::size_t end = twist_.looks_ahead || twist_.ahead_back ? t_ : t + 1;
        double row_term = 0;
        for (std::size_t j = 0; j < end; ++j) {
          for (std::size_t d = 0; d < d_; ++d) d_s[t * t_ + j] += d_o[at(n, t, h, d)] * v_[at(n, j, h, d)];
          row_term += p[t * t_ + j] * d_s[t * t_ + j];
        }
        for (std::size_t j = 0; j < end && !twist_.no_derivative; ++j)
          d_s[t * t_ + j] = p[t * t_ + j] * (d_s[t * t_ + j] - (twist_.no_row_term ? 0 : row_term));
      }
      const Array& other = to_queries != twist_.swapped ? k_ : q_;
      for (std::size_t t = 0; t < t_; ++t)
        for (std::size_t j = 0; j < t_; ++j)
          for (std::size_t d = 0; d < d_; ++d)
            result[at(n, t, h, d)] += scale * d_s[to_queries != twist_.s_as_it_is ? t * t_ + j : j * t_ + t] *
                                      other[at(n, j, h, d)];
    });
    return result;
  }

  Twist twist_;
  std::size_t n_, t_, h_, d_;
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

const Mistake kValues[] = {
    {"not_transposed",
     "d_v = p·d_o",
     "the probabilities are not transposed on the way back",
     {.p_as_it_is = true}},
    {"mask_missing",
     "d_v = pᵀ·d_o with p of all positions",
     "the mask is forgotten on the way back",
     {.ahead_back = true}},
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
    {"not_transposed",
     "d_q = d_sᵀ·k, d_k = d_s·q",
     "the gradient of the scores is transposed for the queries, where "
     "it belongs to the keys",
     {.s_as_it_is = true}},
    {"queries_for_keys",
     "d_q = d_s·q, d_k = d_sᵀ·k",
     "queries stand where keys belong, and keys where queries do",
     {.swapped = true}},
    {"heads_viewed",
     "d_o, d_q and d_k read as H×T×D",
     "T×E is viewed as heads before positions, and not permuted",
     {.viewed = true}},
};

template <std::size_t Count, typename Computed>
std::vector<Prediction> predictions(const SelfAttentionSpec& spec, const LayerValues& v,
                                    const Mistake (&mistakes)[Count], const Computed& computed) {
  std::vector<Prediction> all;
  for (const Mistake& m : mistakes)
    all.push_back({m.cause, m.formula, m.meaning, computed(Heads(spec, v, m.twist))});
  return all;
}

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

}  // namespace self_attention_mistakes

std::vector<Prediction> SelfAttentionSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace self_attention_mistakes;
  if (quantity.role == Role::input && quantity.name == "o_proj")
    return predictions(*this, v, kForward, [](const Heads& heads) { return heads.output(); });
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  if (quantity.role != Role::output_gradient) return {};
  const Array& d_o = *v.child("o_proj", Role::input_gradient);
  if (quantity.name == "v_proj")
    return predictions(*this, v, kValues, [&](const Heads& heads) { return heads.d_v(d_o); });
  if (quantity.name == "k_proj")
    return predictions(*this, v, kScores, [&](const Heads& heads) { return heads.d_k(d_o); });
  if (quantity.name == "q_proj")
    return predictions(*this, v, kScores, [&](const Heads& heads) { return heads.d_q(d_o); });
  return {};
}

}  // namespace twin
