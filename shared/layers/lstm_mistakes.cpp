#include "shared/layers/lstm.hpp"
#include "shared/specs/recurrent_mistakes.hpp"

namespace twin {
namespace lstm_mistakes {

using recurrent_mistakes::sigma;
using recurrent_mistakes::Unit;

// What is done otherwise than it should be.
struct CellTwist {
  // On the way forward:
  std::array<std::size_t, 4> order = {0, 1, 2, 3};  // which block of rows is i, f, g and o
  bool no_forget_gate = false;                      // c_t = c_t-1 + i·g
  bool no_tanh = false;                             // h_t = o·c_t
  // On the way back:
  bool no_cell_path = false;    // d_c_t without d_c_t+1·f_t+1
  bool no_forget_back = false;  // d_c_t+1 for d_c_t+1·f_t+1
  bool own_forget = false;      // d_c_t+1·f_t
  bool no_tanh_back = false;    // 1 - tanh²(c_t) left out
  bool no_gate_slopes = false;  // i(1 - i) and its like left out
  bool own_cell = false;        // c_t where c_t-1 belongs, in the forget gate
};

// gate: i, f, g, o, in the places of their blocks of rows.
struct Cell {
  using Twist = CellTwist;
  Twist twist = {};

  void forward(Unit& unit) const {
    const auto sum = [&](std::size_t gate) { return unit.a[twist.order[gate]] + unit.u[twist.order[gate]]; };
    unit.gate = {sigma(sum(0)), sigma(sum(1)), std::tanh(sum(2)), sigma(sum(3))};
    const auto [i, f, g, o] = unit.gate;
    unit.c = (twist.no_forget_gate ? 1 : f) * unit.c_before + i * g;
    unit.h = o * (twist.no_tanh ? unit.c : std::tanh(unit.c));
  }

  double backward(Unit& unit, double d_h, double& d_c) const {
    const auto [i, f, g, o] = unit.gate;
    const double tanh_c = std::tanh(unit.c);
    const double from_next = twist.no_cell_path ? 0 : twist.own_forget ? d_c * f : d_c;
    const double d = d_h * o * (twist.no_tanh_back ? 1 : 1 - tanh_c * tanh_c) + from_next;
    const auto slope = [&](double of) { return twist.no_gate_slopes ? 1 : of; };
    unit.d_a = {d * g * slope(i * (1 - i)),
                d * (twist.own_cell ? unit.c : unit.c_before) * slope(f * (1 - f)), d * i * slope(1 - g * g),
                d_h * tanh_c * slope(o * (1 - o))};
    unit.d_u = unit.d_a;
    d_c = twist.no_forget_back || twist.own_forget ? d : d * f;
    return 0;
  }
};

using Mistakes = std::vector<recurrent_mistakes::Mistake<Cell>>;

const Mistakes kForward{
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
    {"forget_gate_missing", "c_t = c_t-1 + i·g", "the forget gate is left out", {.no_forget_gate = true}},
    {"tanh_missing", "h_t = o·c_t", "the tanh of the cell is left out", {.no_tanh = true}},
    {"state_not_carried",
     "h_0 = c_0 = 0",
     "the states of the batch before are not taken up",
     {},
     {.no_carried = true}},
};

const Mistakes kBackward{
    {"cell_path_missing",
     "d_c_t = d_h_t·o·(1 - tanh²(c_t))",
     "c_t is kept by the next step: what comes back from there is left out",
     {.no_cell_path = true}},
    {"truncated",
     "d_h_t = d_y_t, d_c_t = d_h_t·o·(1 - tanh²(c_t))",
     "nothing comes back from the next step: each step is taken by itself",
     {.no_cell_path = true},
     {.no_hidden_path = true}},
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

}  // namespace lstm_mistakes

std::vector<Prediction> LstmSpec::mistakes(const Quantity& quantity, const LayerValues& values) const {
  using namespace lstm_mistakes;
  return recurrent_mistakes::predictions(stack(), quantity, values, Cell{}, kForward, kBackward);
}

}  // namespace twin
