#include "shared/layers/gru.hpp"
#include "shared/specs/recurrent_mistakes.hpp"

namespace twin {
namespace gru_mistakes {

using recurrent_mistakes::sigma;
using recurrent_mistakes::Unit;

// What is done otherwise than it should be.
struct CellTwist {
  // On the way forward:
  std::array<std::size_t, 3> order = {0, 1, 2};  // which block of rows is r, z and n
  bool no_reset = false;                         // n = tanh(a_n + u_n)
  bool reset_first = false;                      // W_n·(r·h_t-1) for r·(W_n·h_t-1)
  bool bias_not_reset = false;                   // r scales W_n·h_t-1 without b_hh
  bool update_swapped = false;                   // h_t = z·n + (1 - z)·h_t-1
  // On the way back:
  bool no_keep_path = false;     // d_h_t without d_h_t+1·z_t+1
  bool no_keep_factor = false;   // d_h_t+1 for d_h_t+1·z_t+1
  bool no_reset_back = false;    // d_u_n = d_a_n
  bool reset_of_hidden = false;  // d_a_r with h_t-1 for u_n
  bool update_turned = false;    // d_a_z with n - h_t-1
  bool update_of_own = false;    // d_a_z with h_t - n
  bool no_candidate = false;     // d_a_z with h_t-1 alone
  bool no_gate_slopes = false;   // z(1 - z), r(1 - r) left out
  bool no_tanh_back = false;     // 1 - n² left out
  bool swapped_back = false;     // 1 - z and z change places
};

// gate: r, z, n.
struct Cell {
  using Twist = CellTwist;
  Twist twist = {};

  bool resets_first() const { return twist.reset_first; }

  void forward(Unit& unit) const {
    const auto [at_r, at_z, at_n] = twist.order;
    const double r = sigma(unit.a[at_r] + unit.u[at_r]), z = sigma(unit.a[at_z] + unit.u[at_z]);
    double u_n = unit.u[at_n];
    if (twist.bias_not_reset)
      u_n = r * (u_n - unit.b_hh[at_n]) + unit.b_hh[at_n];
    else if (!twist.no_reset && !twist.reset_first)
      u_n *= r;
    const double n = std::tanh(unit.a[at_n] + u_n);
    unit.gate = {r, z, n};
    unit.h = twist.update_swapped ? z * n + (1 - z) * unit.h_before : (1 - z) * n + z * unit.h_before;
  }

  double backward(Unit& unit, double d_h, double&) const {
    const auto [r, z, n, unused] = unit.gate;
    const auto slope = [&](double gate) { return twist.no_gate_slopes ? 1 : gate * (1 - gate); };
    const double d_n = d_h * (twist.swapped_back ? z : 1 - z) * (twist.no_tanh_back ? 1 : 1 - n * n);
    const double h = twist.update_of_own ? unit.h : unit.h_before;
    const double difference = twist.no_candidate ? h : twist.update_turned ? n - h : h - n;
    const double d_z = d_h * difference * slope(z);
    const double d_r = d_n * (twist.reset_of_hidden ? unit.h_before : unit.u[2]) * slope(r);
    unit.d_a = {d_r, d_z, d_n};
    unit.d_u = {d_r, d_z, twist.no_reset_back ? d_n : d_n * r};
    if (twist.no_keep_path) return 0;
    return d_h * (twist.no_keep_factor ? 1 : twist.swapped_back ? 1 - z : z);
  }
};

using Mistakes = std::vector<recurrent_mistakes::Mistake<Cell>>;

const Mistakes kForward{
    {"gate_order", "rows in the order z, r, n", "the gates are taken in another order", {.order = {1, 0, 2}}},
    {"gate_order", "rows in the order r, n, z", "the gates are taken in another order", {.order = {0, 2, 1}}},
    {"gate_order", "rows in the order n, z, r", "the gates are taken in another order", {.order = {2, 1, 0}}},
    {"reset_missing", "n = tanh(a_n + u_n)", "the reset gate is left out", {.no_reset = true}},
    {"reset_before_product",
     "n = tanh(a_n + (r·h)·W_nᵀ + b_hn)",
     "the reset gate scales the hidden state before the product, as in the paper; PyTorch scales the product",
     {.reset_first = true}},
    {"bias_not_reset",
     "n = tanh(a_n + r·(h·W_nᵀ) + b_hn)",
     "the reset gate scales the product, but not the bias that belongs to it",
     {.bias_not_reset = true}},
    {"update_swapped",
     "h_t = z·n + (1 - z)·h_t-1",
     "the update gate keeps what it should replace, as in the paper",
     {.update_swapped = true}},
};

const Mistakes kBackward{
    {"keep_path_missing",
     "d_h_t = d_y_t + d_u_t+1·W_hh",
     "the next step keeps a part z of h_t: what comes back from there is left out",
     {.no_keep_path = true}},
    {"truncated",
     "d_h_t = d_y_t",
     "nothing comes back from the next step: each step is taken by itself",
     {.no_keep_path = true},
     {.no_hidden_path = true}},
    {"keep_factor_missing",
     "d_h_t = … + d_h_t+1",
     "the next step keeps z·h_t: the factor z is left out on the way back",
     {.no_keep_factor = true}},
    {"reset_factor_missing",
     "d_u_n = d_a_n",
     "the candidate took r·u_n: the factor r is left out on the way back",
     {.no_reset_back = true}},
    {"reset_of_hidden",
     "d_a_r = d_a_n·h_t-1·r·(1 - r)",
     "the reset gate scales u_n = h_t-1·W_nᵀ + b_hn, not the hidden state itself",
     {.reset_of_hidden = true}},
    {"update_turned",
     "d_a_z = d_h_t·(n - h_t-1)·z·(1 - z)",
     "a larger z takes more of h_t-1 and less of n: the difference is turned around",
     {.update_turned = true}},
    {"hidden_of_wrong_step",
     "d_a_z = d_h_t·(h_t - n)·z·(1 - z)",
     "the update gate weighs the hidden state before the step, not the one behind it",
     {.update_of_own = true}},
    {"candidate_forgotten",
     "d_a_z = d_h_t·h_t-1·z·(1 - z)",
     "z stands at the candidate too, as 1 - z",
     {.no_candidate = true}},
    {"gate_derivative_left_out",
     "d_a_z = d_h_t·(h_t-1 - n), and so on",
     "the derivatives of the gates' own activations are left out",
     {.no_gate_slopes = true}},
    {"tanh_derivative_left_out",
     "d_a_n = d_h_t·(1 - z)",
     "the derivative of the candidate's tanh is left out",
     {.no_tanh_back = true}},
    {"update_swapped",
     "d_a_n = d_h_t·z·(1 - n²), d_h_t-1 = d_h_t·(1 - z) + …",
     "z and 1 - z have changed places on the way back",
     {.swapped_back = true}},
};

}  // namespace gru_mistakes

std::vector<Prediction> GruSpec::mistakes(const Quantity& quantity, const LayerValues& values) const {
  using namespace gru_mistakes;
  return recurrent_mistakes::predictions(stack(), quantity, values, Cell{}, kForward, kBackward);
}

}  // namespace twin
