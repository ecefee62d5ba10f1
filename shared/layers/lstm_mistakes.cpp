#include <array>
#include <cmath>

#include "shared/layers/lstm.hpp"

namespace twin {
namespace lstm_mistakes {

using Values = std::vector<double>;

// What is done otherwise than it should be.
struct Twist {
  // On the way forward:
  std::array<std::size_t, 4> order = {0, 1, 2, 3};  // which block of rows is i, f, g and o
  double bias_hh = 1;
  bool no_recurrence = false;   // h_t-1 does not reach the gates
  bool no_forget_gate = false;  // c_t = c_t-1 + i·g
  bool no_tanh = false;         // h_t = o·c_t
  bool no_carried = false;      // from zeros, whatever was carried
  // On the way back:
  bool no_hidden_path = false;   // d_h_t = d_y_t
  bool no_cell_path = false;     // d_c_t without d_c_t+1·f_t+1
  bool no_forget_back = false;   // d_c_t+1 for d_c_t+1·f_t+1
  bool own_forget = false;       // d_c_t+1·f_t
  bool no_tanh_back = false;     // 1 - tanh²(c_t) left out
  bool no_gate_slopes = false;   // i(1 - i) and its like left out
  bool own_hidden = false;       // h_t where h_t-1 belongs, in d_W_hh
  bool own_cell = false;         // c_t where c_t-1 belongs, in the forget gate
  bool first_step_only = false;  // the gradients of weights and biases, of one step alone
  bool last_step_only = false;
};

double sigma(double x) { return 1 / (1 + std::exp(-x)); }

// A training step of the layer, from what flows into it.
class Lstm {
 public:
  Lstm(const LstmSpec& spec, const LayerValues& v, const Twist& twist)
      : twist_(twist),
        v_(v),
        n_(static_cast<std::size_t>(v.x.shape[0])),
        t_(static_cast<std::size_t>(v.x.shape[1])),
        f_(static_cast<std::size_t>(spec.input_size)),
        h_(static_cast<std::size_t>(spec.hidden_size)),
        weight_ih_(v.parameters.at("weight_ih_l0")),
        weight_hh_(v.parameters.at("weight_hh_l0")),
        bias_(spec.bias) {
    for (Values* states : {&hidden_, &cell_}) states->resize(n_ * (t_ + 1) * h_);
    for (Values* gates : {&gate_, &d_a_}) gates->resize(n_ * t_ * 4 * h_);
    for (std::size_t n = 0; n < n_; ++n) {
      for (std::size_t k = 0; k < h_ && !twist.no_carried && v.buffers.contains("h"); ++k) {
        hidden_[state(n, 0, k)] = v.buffers.at("h")[n * h_ + k];
        cell_[state(n, 0, k)] = v.buffers.at("c")[n * h_ + k];
      }
      for (std::size_t t = 0; t < t_; ++t) forward(n, t);
    }
    if (v.d_y.empty()) return;
    for (std::size_t n = 0; n < n_; ++n) {
      Values d_c(h_);
      for (std::size_t t = t_; t-- > 0;) backward(n, t, d_c);
    }
  }

  Values output() const {
    Values y;
    for (std::size_t n = 0; n < n_; ++n)
      for (std::size_t t = 1; t <= t_; ++t)
        for (std::size_t k = 0; k < h_; ++k) y.push_back(hidden_[state(n, t, k)]);
    return y;
  }

  Values input_gradient() const {
    Values d_x(n_ * t_ * f_);
    for (std::size_t row = 0; row < n_ * t_; ++row)
      for (std::size_t a = 0; a < 4 * h_; ++a)
        for (std::size_t k = 0; k < f_; ++k)
          d_x[row * f_ + k] += d_a_[row * 4 * h_ + a] * weight_ih_[a * f_ + k];
    return d_x;
  }

  // d_aᵀ times what each step multiplied the weight by; 1 for a bias.
  Values parameter_gradient(const std::string& name) const {
    const bool of_input = name == "weight_ih_l0", of_hidden = name == "weight_hh_l0";
    const std::size_t columns = of_input ? f_ : of_hidden ? h_ : 1;
    const std::size_t first = twist_.last_step_only ? t_ - 1 : 0, last = twist_.first_step_only ? 1 : t_;
    Values d(4 * h_ * columns);
    for (std::size_t n = 0; n < n_; ++n)
      for (std::size_t t = first; t < last; ++t)
        for (std::size_t a = 0; a < 4 * h_; ++a)
          for (std::size_t k = 0; k < columns; ++k)
            d[a * columns + k] += d_a_[(n * t_ + t) * 4 * h_ + a] *
                                  (of_input    ? v_.x[(n * t_ + t) * f_ + k]
                                   : of_hidden ? hidden_[state(n, t + (twist_.own_hidden ? 1 : 0), k)]
                                               : 1);
    return d;
  }

 private:
  // After t steps.
  std::size_t state(std::size_t n, std::size_t t, std::size_t k) const { return (n * (t_ + 1) + t) * h_ + k; }
  // i, f, g or o of step t.
  std::size_t gate(std::size_t n, std::size_t t, std::size_t which, std::size_t k) const {
    return ((n * t_ + t) * 4 + twist_.order[which]) * h_ + k;
  }

  void forward(std::size_t n, std::size_t t) {
    for (std::size_t which = 0; which < 4; ++which)
      for (std::size_t k = 0; k < h_; ++k) {
        const std::size_t row = twist_.order[which] * h_ + k;
        double a =
            bias_ ? v_.parameters.at("bias_ih_l0")[row] + twist_.bias_hh * v_.parameters.at("bias_hh_l0")[row]
                  : 0;
        for (std::size_t j = 0; j < f_; ++j) a += v_.x[(n * t_ + t) * f_ + j] * weight_ih_[row * f_ + j];
        for (std::size_t j = 0; j < h_ && !twist_.no_recurrence; ++j)
          a += hidden_[state(n, t, j)] * weight_hh_[row * h_ + j];
        gate_[gate(n, t, which, k)] = which == 2 ? std::tanh(a) : sigma(a);
      }
    for (std::size_t k = 0; k < h_; ++k) {
      const double i = gate_[gate(n, t, 0, k)], f = twist_.no_forget_gate ? 1 : gate_[gate(n, t, 1, k)],
                   g = gate_[gate(n, t, 2, k)], o = gate_[gate(n, t, 3, k)];
      const double c = f * cell_[state(n, t, k)] + i * g;
      cell_[state(n, t + 1, k)] = c;
      hidden_[state(n, t + 1, k)] = o * (twist_.no_tanh ? c : std::tanh(c));
    }
  }

  // d_c: d_c_t+1·f_t+1, and then d_c_t·f_t.
  void backward(std::size_t n, std::size_t t, Values& d_c) {
    for (std::size_t k = 0; k < h_; ++k) {
      double d_h = v_.d_y[(n * t_ + t) * h_ + k];
      for (std::size_t a = 0; a < 4 * h_ && t + 1 < t_ && !twist_.no_hidden_path; ++a)
        d_h += d_a_[(n * t_ + t + 1) * 4 * h_ + a] * weight_hh_[a * h_ + k];
      const double i = gate_[gate(n, t, 0, k)], f = gate_[gate(n, t, 1, k)], g = gate_[gate(n, t, 2, k)],
                   o = gate_[gate(n, t, 3, k)], tanh_c = std::tanh(cell_[state(n, t + 1, k)]);
      const double from_next = twist_.no_cell_path ? 0 : twist_.own_forget ? d_c[k] * f : d_c[k];
      const double d = d_h * o * (twist_.no_tanh_back ? 1 : 1 - tanh_c * tanh_c) + from_next;
      const auto slope = [&](double of) { return twist_.no_gate_slopes ? 1 : of; };
      d_a_[gate(n, t, 0, k)] = d * g * slope(i * (1 - i));
      d_a_[gate(n, t, 1, k)] = d * cell_[state(n, t + (twist_.own_cell ? 1 : 0), k)] * slope(f * (1 - f));
      d_a_[gate(n, t, 2, k)] = d * i * slope(1 - g * g);
      d_a_[gate(n, t, 3, k)] = d_h * tanh_c * slope(o * (1 - o));
      d_c[k] = twist_.no_forget_back || twist_.own_forget ? d : d * f;
    }
  }

  Twist twist_;
  const LayerValues& v_;
  std::size_t n_, t_, f_, h_;
  const Array &weight_ih_, &weight_hh_;
  bool bias_;
  Values hidden_, cell_;  // N×(T + 1)×H, the states that a batch begins with in front
  Values gate_, d_a_;     // N×T×4H
};

struct Mistake {
  const char* cause;
  const char* formula;
  const char* meaning;
  Twist twist;
};

const Mistake kForward[] = {
    {"gate_order",
     "rows in the order i, f, o, g",
     "the gates are taken in another order",
     {.order = {0, 1, 3, 2}}},
    {"gate_order",
     "rows in the order i, g, f, o",
     "the gates are taken in another order",
     {.order = {0, 2, 1, 3}}},
    {"gate_order",
     "rows in the order f, i, g, o",
     "the gates are taken in another order",
     {.order = {1, 0, 2, 3}}},
    {"gate_order",
     "rows in the order f, i, o, g",
     "the gates are taken in another order",
     {.order = {1, 0, 3, 2}}},
    {"bias_missing", "a = x·W_ihᵀ + b_ih + h·W_hhᵀ", "the second bias is not added", {.bias_hh = 0}},
    {"recurrence_missing",
     "a = x·W_ihᵀ + b_ih + b_hh",
     "the hidden state of the step before does not reach the gates",
     {.no_recurrence = true}},
    {"forget_gate_missing", "c_t = c_t-1 + i·g", "the forget gate is left out", {.no_forget_gate = true}},
    {"tanh_missing", "h_t = o·c_t", "the tanh of the cell is left out", {.no_tanh = true}},
    {"state_not_carried",
     "h_0 = c_0 = 0",
     "the states of the batch before are not taken up",
     {.no_carried = true}},
};

const Mistake kBackward[] = {
    {"hidden_path_missing",
     "d_h_t = d_y_t",
     "h_t feeds the gates of the next step: what comes back from there is left out",
     {.no_hidden_path = true}},
    {"cell_path_missing",
     "d_c_t = d_h_t·o·(1 - tanh²(c_t))",
     "c_t is kept by the next step: what comes back from there is left out",
     {.no_cell_path = true}},
    {"truncated",
     "d_h_t = d_y_t, d_c_t = d_h_t·o·(1 - tanh²(c_t))",
     "nothing comes back from the next step: each step is taken by itself",
     {.no_hidden_path = true, .no_cell_path = true}},
    {"forget_factor_missing",
     "d_c_t = … + d_c_t+1",
     "the forget gate, which the cell has passed, is left out on the way back",
     {.no_forget_back = true}},
    {"forget_gate_of_wrong_step",
     "d_c_t = … + d_c_t+1·f_t",
     "the cell has passed the forget gate of step t + 1",
     {.own_forget = true}},
    {"tanh_derivative_left_out",
     "d_c_t = d_h_t·o + …",
     "the derivative of the cell's tanh is left out",
     {.no_tanh_back = true}},
    {"gate_derivative_left_out",
     "d_a_i = d_c·g, and so on",
     "the derivatives of the gates' own activations are left out",
     {.no_gate_slopes = true}},
    {"cell_of_wrong_step",
     "d_a_f = d_c_t·c_t·f·(1 - f)",
     "the forget gate scales c_t-1: the cell before the step",
     {.own_cell = true}},
};

const Mistake kOverTime[] = {
    {"overwritten",
     "d_W of the first step alone",
     "going back in time, each step overwrites what the later ones have yielded",
     {.first_step_only = true}},
    {"last_step_only",
     "d_W of the last step alone",
     "the sum over time stops at the last step",
     {.last_step_only = true}},
};

const Mistake kHidden[] = {
    {"hidden_of_wrong_step",
     "d_W_hh = Σₜ d_aₜᵀ·hₜ",
     "the step multiplied W_hh by the hidden state before it",
     {.own_hidden = true}},
};

}  // namespace lstm_mistakes

std::vector<Prediction> LstmSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace lstm_mistakes;
  std::vector<Prediction> all;
  const auto add = [&](const auto& mistakes, const auto& computed) {
    for (const Mistake& m : mistakes)
      all.push_back({m.cause, m.formula, m.meaning, computed(Lstm(*this, v, m.twist))});
  };
  if (quantity.role == Role::output) add(kForward, [](const Lstm& lstm) { return lstm.output(); });
  if (quantity.role == Role::input_gradient)
    add(kBackward, [](const Lstm& lstm) { return lstm.input_gradient(); });
  if (quantity.role == Role::parameter_gradient) {
    const auto gradient = [&](const Lstm& lstm) { return lstm.parameter_gradient(quantity.name); };
    add(kBackward, gradient);
    add(kOverTime, gradient);
    if (quantity.name == "weight_hh_l0") add(kHidden, gradient);
  }
  return all;
}

}  // namespace twin
