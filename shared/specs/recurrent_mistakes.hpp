// A training step of a recurrent layer in which something is done otherwise than it should be: what the
// predictions of rnn, gru and lstm are made of, and the mistakes that they have in common.
//
//   A cell computes one hidden unit in one step. It says
//     struct Twist              what may be wrong in the cell itself; member `twist`
//     forward(unit)             sets gate, h and c
//     backward(unit, d_h, d_c)  sets d_a and d_u; d_c comes from the step behind and leaves for the step
//                               before; returns what goes to the hidden unit before beside d_u·W_hh
//     resets_first()            where a product takes the hidden state times the first gate; may be left out
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/recurrent.hpp"

namespace twin::recurrent_mistakes {

using Values = std::vector<double>;

inline double sigma(double x) { return 1 / (1 + std::exp(-x)); }

/// One hidden unit in one step of one sequence.
struct Unit {
  static constexpr std::size_t kMostGates = 4;
  using Gates = std::array<double, kMostGates>;

  Gates a{}, u{}, b_hh{};  // x·W_ihᵀ + b_ih, h·W_hhᵀ + b_hh, and b_hh of it; by block of rows
  double h_before = 0, c_before = 0, h = 0, c = 0;
  Gates gate{};  // what the cell keeps for the way back
  Gates d_a{}, d_u{};
};

/// What may be wrong around the cells.
struct Twist {
  // On the way forward:
  double bias_hh = 1;
  bool no_recurrence = false;       // h_t-1 does not reach the next step
  bool no_carried = false;          // from zeros, whatever was carried
  bool reverse_forward = false;     // the reverse direction begins at the first step too
  bool reverse_misplaced = false;   // its outputs stand in the order in which they were computed
  bool directions_swapped = false;  // its outputs stand in front
  // On the way back:
  bool no_hidden_path = false;   // d_h_t without d_u_t+1·W_hh
  bool own_hidden = false;       // h_t where h_t-1 belongs, in d_W_hh
  bool first_step_only = false;  // the gradients of weights and biases, of one step alone
  bool last_step_only = false;
  bool last_direction_only = false;  // d_x
};

template <typename Cell>
class Step {
 public:
  Step(const RecurrentStack& stack, const LayerValues& v, const Twist& twist, const Cell& cell)
      : stack_(stack),
        v_(v),
        twist_(twist),
        cell_(cell),
        n_(size(v.x.shape[0])),
        t_(size(v.x.shape[1])),
        h_(size(stack.hidden_size)),
        gates_(size(stack.gates)),
        both_(size(stack.directions())) {
    Values below = v.x.values;
    for (std::size_t layer = 0; layer < size(stack.num_layers); ++layer) {
      const std::int64_t inputs = stack.inputs_of(static_cast<std::int64_t>(layer));
      layers_.push_back({std::move(below), size(inputs), weights_of(layer), {}});
      below = forward(layer);
    }
    y_ = std::move(below);
    d_x_ = v.d_y.values;
    for (std::size_t layer = layers_.size(); layer-- > 0 && !v.d_y.empty();) d_x_ = backward(layer);
  }

  const Values& output() const { return y_; }
  const Values& input_gradient() const { return d_x_; }

  /// d_aᵀ or d_uᵀ times what each step multiplied the weight by; 1 for a bias.
  Values parameter_gradient(const std::string& name) const {
    std::size_t layer = 0, d = 0;
    for (std::size_t l = 0; l < layers_.size(); ++l)
      for (std::size_t k = 0; k < both_; ++k)
        if (name.substr(name.find("_l")) == end(l, k)) {
          layer = l;
          d = k;
        }
    const bool of_input = name.starts_with("weight_ih"), of_hidden = name.starts_with("weight_hh"),
               of_x = of_input || name.starts_with("bias_ih");
    const std::size_t inputs = layers_[layer].inputs;
    const std::size_t columns = of_input ? inputs : of_hidden ? h_ : 1;
    const std::size_t first = twist_.last_step_only ? t_ - 1 : 0, last = twist_.first_step_only ? 1 : t_;
    Values gradient(gates_ * h_ * columns);
    for (std::size_t n = 0; n < n_; ++n)
      for (std::size_t s = first; s < last; ++s)
        for (std::size_t k = 0; k < h_; ++k) {
          const Unit& unit = at(layer, d, n, s, k);
          for (std::size_t g = 0; g < gates_; ++g)
            for (std::size_t c = 0; c < columns; ++c) {
              double factor = 1;
              if (of_input) factor = layers_[layer].x[(n * t_ + time(d, s)) * inputs + c];
              if (of_hidden)
                factor = twist_.own_hidden ? at(layer, d, n, s, c).h : at(layer, d, n, s, c).h_before;
              gradient[(g * h_ + k) * columns + c] += (of_x ? unit.d_a[g] : unit.d_u[g]) * factor;
            }
        }
    return gradient;
  }

 private:
  struct Weights {
    const Array *ih, *hh, *bias_ih, *bias_hh;  // the biases null where there are none
  };
  struct LayerStep {
    Values x;
    std::size_t inputs;
    std::vector<Weights> weights;  // by direction
    std::vector<Unit> units;       // by direction, sequence, step taken, and hidden unit
  };

  static std::size_t size(std::int64_t i) { return static_cast<std::size_t>(i); }
  static std::string end(std::size_t layer, std::size_t d) {
    return RecurrentStack::suffix(static_cast<std::int64_t>(layer), d > 0);
  }

  std::size_t time(std::size_t d, std::size_t s) const {
    return d > 0 && !twist_.reverse_forward ? t_ - 1 - s : s;
  }
  std::size_t place(std::size_t d, std::size_t n, std::size_t s, std::size_t k) const {
    return ((d * n_ + n) * t_ + s) * h_ + k;
  }
  const Unit& at(std::size_t layer, std::size_t d, std::size_t n, std::size_t s, std::size_t k) const {
    return layers_[layer].units[place(d, n, s, k)];
  }
  Unit& at(std::size_t layer, std::size_t d, std::size_t n, std::size_t s, std::size_t k) {
    return layers_[layer].units[place(d, n, s, k)];
  }
  // In the outputs of a layer, and in their gradient.
  std::size_t output_at(std::size_t d, std::size_t n, std::size_t s, std::size_t k) const {
    const std::size_t t = twist_.reverse_misplaced ? s : time(d, s);
    const std::size_t column = twist_.directions_swapped ? both_ - 1 - d : d;
    return ((n * t_ + t) * both_ + column) * h_ + k;
  }

  std::vector<Weights> weights_of(std::size_t layer) const {
    std::vector<Weights> all;
    for (std::size_t d = 0; d < both_; ++d) {
      const auto named = [&](const char* kind) { return &v_.parameters.at(kind + end(layer, d)); };
      all.push_back({named("weight_ih"), named("weight_hh"), stack_.bias ? named("bias_ih") : nullptr,
                     stack_.bias ? named("bias_hh") : nullptr});
    }
    return all;
  }

  // What the layer carries from the batch before; 0 where there is nothing.
  double carried(const char* state, std::size_t layer, std::size_t n, std::size_t k) const {
    const std::string name = stack_.num_layers > 1 ? state + end(layer, 0) : std::string(state);
    return twist_.no_carried || !v_.buffers.contains(name) ? 0 : v_.buffers.at(name)[n * h_ + k];
  }

  Values forward(std::size_t layer) {
    layers_[layer].units.resize(both_ * n_ * t_ * h_);
    Values y(n_ * t_ * both_ * h_);
    for (std::size_t d = 0; d < both_; ++d)
      for (std::size_t n = 0; n < n_; ++n)
        for (std::size_t s = 0; s < t_; ++s) {
          for (std::size_t k = 0; k < h_; ++k) begin(layer, d, n, s, k);
          for (std::size_t k = 0; k < h_; ++k) put_in(layer, d, n, s, k);
          if constexpr (requires { cell_.resets_first(); })
            if (cell_.resets_first()) reset_first(layer, d, n, s);
          for (std::size_t k = 0; k < h_; ++k) {
            Unit& unit = at(layer, d, n, s, k);
            cell_.forward(unit);
            y[output_at(d, n, s, k)] = unit.h;
          }
        }
    return y;
  }

  void begin(std::size_t layer, std::size_t d, std::size_t n, std::size_t s, std::size_t k) {
    Unit& unit = at(layer, d, n, s, k);
    unit.h_before = s > 0 ? at(layer, d, n, s - 1, k).h : carried("h", layer, n, k);
    unit.c_before = s > 0 ? at(layer, d, n, s - 1, k).c : carried("c", layer, n, k);
  }

  void put_in(std::size_t layer, std::size_t d, std::size_t n, std::size_t s, std::size_t k) {
    const std::size_t inputs = layers_[layer].inputs;
    const auto [w_ih, w_hh, bias_ih, bias_hh] = layers_[layer].weights[d];
    const double* x = &layers_[layer].x[(n * t_ + time(d, s)) * inputs];
    Unit& unit = at(layer, d, n, s, k);
    for (std::size_t g = 0; g < gates_; ++g) {
      const std::size_t row = g * h_ + k;
      if (stack_.bias) {
        unit.a[g] = (*bias_ih)[row];
        unit.b_hh[g] = twist_.bias_hh * (*bias_hh)[row];
      }
      for (std::size_t j = 0; j < inputs; ++j) unit.a[g] += x[j] * (*w_ih)[row * inputs + j];
      unit.u[g] = unit.b_hh[g];
      for (std::size_t j = 0; j < h_ && !twist_.no_recurrence; ++j)
        unit.u[g] += at(layer, d, n, s, j).h_before * (*w_hh)[row * h_ + j];
    }
  }

  // The last block of rows takes the hidden state times the first gate.
  void reset_first(std::size_t layer, std::size_t d, std::size_t n, std::size_t s) {
    const Array& w_hh = *layers_[layer].weights[d].hh;
    for (std::size_t k = 0; k < h_; ++k) {
      double& u = at(layer, d, n, s, k).u[gates_ - 1];
      u = at(layer, d, n, s, k).b_hh[gates_ - 1];
      for (std::size_t j = 0; j < h_; ++j) {
        const Unit& other = at(layer, d, n, s, j);
        u += sigma(other.a[0] + other.u[0]) * other.h_before * w_hh[((gates_ - 1) * h_ + k) * h_ + j];
      }
    }
  }

  // d_x_ is what flows back into the layer; returns what flows back out of it.
  Values backward(std::size_t layer) {
    const std::size_t inputs = layers_[layer].inputs;
    Values d_x(n_ * t_ * inputs);
    for (std::size_t d = 0; d < both_; ++d) {
      if (twist_.last_direction_only) d_x.assign(d_x.size(), 0);
      const Array &w_ih = *layers_[layer].weights[d].ih, &w_hh = *layers_[layer].weights[d].hh;
      for (std::size_t n = 0; n < n_; ++n) {
        Values d_h(h_), d_c(h_);  // from the step behind
        for (std::size_t s = t_; s-- > 0;) {
          Values d_before(h_);
          for (std::size_t k = 0; k < h_; ++k)
            d_before[k] = cell_.backward(at(layer, d, n, s, k), d_x_[output_at(d, n, s, k)] + d_h[k], d_c[k]);
          for (std::size_t k = 0; k < h_; ++k)
            for (std::size_t g = 0; g < gates_; ++g) {
              const Unit& unit = at(layer, d, n, s, k);
              for (std::size_t j = 0; j < inputs; ++j)
                d_x[(n * t_ + time(d, s)) * inputs + j] += unit.d_a[g] * w_ih[(g * h_ + k) * inputs + j];
              for (std::size_t j = 0; j < h_ && !twist_.no_hidden_path; ++j)
                d_before[j] += unit.d_u[g] * w_hh[(g * h_ + k) * h_ + j];
            }
          d_h = std::move(d_before);
        }
      }
    }
    return d_x;
  }

  const RecurrentStack& stack_;
  const LayerValues& v_;
  const Twist& twist_;
  const Cell& cell_;
  std::size_t n_, t_, h_, gates_, both_;  // both_: 2 where there are two directions
  std::vector<LayerStep> layers_;
  Values y_, d_x_;
};

/// A mistake in the cell, or around it, or both.
template <typename Cell>
struct Mistake {
  const char* cause;
  const char* formula;
  const char* meaning;
  typename Cell::Twist twist = {};
  Twist around = {};
};

/// Those of the cell beside those that all recurrent layers have in common. `right`: the cell as it should
/// be; `forward` and `backward`: the mistakes of its two ways.
template <typename Cell, typename Mistakes>
std::vector<Prediction> predictions(const RecurrentStack& stack, const Quantity& quantity,
                                    const LayerValues& values, const Cell& right, const Mistakes& forward,
                                    const Mistakes& backward) {
  using M = Mistake<Cell>;
  static const std::vector<M> around_forward{
      {"bias_missing", "h·W_hhᵀ without b_hh", "the second bias is not added", {}, {.bias_hh = 0}},
      {"recurrence_missing",
       "b_hh for h·W_hhᵀ + b_hh",
       "the hidden state of the step before does not reach the next step",
       {},
       {.no_recurrence = true}}};
  static const std::vector<M> both_forward{
      {"reverse_not_reversed",
       "the reverse direction from the first step to the last",
       "both directions take the steps in the same order",
       {},
       {.reverse_forward = true}},
      {"reverse_misplaced",
       "y_t = what the reverse direction yields in its step t",
       "the outputs of the reverse direction are not turned around again: its first output belongs to the "
       "last step",
       {},
       {.reverse_misplaced = true}},
      {"directions_swapped",
       "y = (reverse, forward)",
       "the outputs of the reverse direction stand in front of the others",
       {},
       {.directions_swapped = true}}};
  static const std::vector<M> around_backward{
      {"hidden_path_missing",
       "d_h_t = … without d_u_t+1·W_hh",
       "h_t feeds the next step by W_hh: what comes back from there is left out",
       {},
       {.no_hidden_path = true}}};
  static const std::vector<M> both_backward{
      {"direction_overwritten",
       "d_x = d_a·W_ih of the reverse direction alone",
       "both directions have read x: the gradient of one is overwritten instead of added",
       {},
       {.last_direction_only = true}},
      {"reverse_misplaced",
       "d_h_t = d_y of the reverse direction's step t",
       "the reverse direction is given the gradients in the order of the other",
       {},
       {.reverse_misplaced = true}},
      {"directions_swapped",
       "d_y = (reverse, forward)",
       "each direction is given the gradient of the other",
       {},
       {.directions_swapped = true}}};
  static const std::vector<M> over_time{
      {"overwritten",
       "d_W of the first step alone",
       "going back in time, each step overwrites what the later ones have yielded",
       {},
       {.first_step_only = true}},
      {"last_step_only",
       "d_W of the last step alone",
       "the sum over time stops at the last step",
       {},
       {.last_step_only = true}}};
  static const std::vector<M> of_hidden{{"hidden_of_wrong_step",
                                         "d_W_hh = Σₜ d_uₜᵀ·hₜ",
                                         "the step multiplied W_hh by the hidden state before it",
                                         {},
                                         {.own_hidden = true}}};

  std::vector<Prediction> all;
  const auto add = [&](const auto& mistakes, const auto& computed) {
    for (const M& m : mistakes) {
      Cell cell = right;
      cell.twist = m.twist;
      all.push_back({m.cause, m.formula, m.meaning, computed(Step<Cell>(stack, values, m.around, cell))});
    }
  };
  const auto add_backward = [&](const auto& computed) {
    add(backward, computed);
    add(around_backward, computed);
    if (stack.bidirectional) add(both_backward, computed);
  };
  if (quantity.role == Role::output) {
    const auto output = [](const Step<Cell>& step) { return step.output(); };
    add(forward, output);
    add(around_forward, output);
    if (stack.bidirectional) add(both_forward, output);
  }
  if (quantity.role == Role::input_gradient)
    add_backward([](const Step<Cell>& step) { return step.input_gradient(); });
  if (quantity.role == Role::parameter_gradient) {
    const auto gradient = [&](const Step<Cell>& step) { return step.parameter_gradient(quantity.name); };
    add_backward(gradient);
    add(over_time, gradient);
    if (quantity.name.starts_with("weight_hh")) add(of_hidden, gradient);
  }
  return all;
}

}  // namespace twin::recurrent_mistakes
