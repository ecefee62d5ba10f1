#include <algorithm>

#include "shared/layers/rnn.hpp"
#include "shared/specs/recurrent_mistakes.hpp"

namespace twin {
namespace rnn_mistakes {

using recurrent_mistakes::Unit;

// What is done otherwise than it should be.
struct CellTwist {
  // On the way forward:
  bool linear = false;  // h = a
  bool other = false;   // the other nonlinearity
  // On the way back:
  bool no_slope = false;     // the derivative of the nonlinearity left out
  bool of_output = false;    // tanh'(h) for tanh'(a)
  bool no_square = false;    // 1 - h
  bool kink_passes = false;  // [a ≥ 0]
  bool by_gradient = false;  // [d_h > 0]
};

// gate: the activation a.
struct Cell {
  using Twist = CellTwist;
  bool relu = false;
  Twist twist = {};

  void forward(Unit& unit) const {
    const double a = unit.a[0] + unit.u[0];
    unit.gate[0] = a;
    unit.h = twist.linear ? a : relu != twist.other ? std::max(a, 0.0) : std::tanh(a);
  }

  double slope(double a, double d_h) const {
    if (twist.no_slope) return 1;
    if (relu) return twist.by_gradient ? d_h > 0 : twist.kink_passes ? a >= 0 : a > 0;
    const double h = std::tanh(a);
    if (twist.no_square) return 1 - h;
    return twist.of_output ? 1 - std::tanh(h) * std::tanh(h) : 1 - h * h;
  }

  double backward(Unit& unit, double d_h, double&) const {
    unit.d_a[0] = unit.d_u[0] = d_h * slope(unit.gate[0], d_h);
    return 0;
  }
};

using Mistakes = std::vector<recurrent_mistakes::Mistake<Cell>>;

const Mistakes kForward{
    {"nonlinearity_missing", "h_t = a_t", "the nonlinearity is left out", {.linear = true}},
    {"other_nonlinearity",
     "tanh for max(a, 0), or max(a, 0) for tanh",
     "the hidden state goes through the other nonlinearity",
     {.other = true}},
};

const Mistakes kBackward{
    {"derivative_left_out",
     "d_a_t = d_h_t",
     "the derivative of the nonlinearity is left out",
     {.no_slope = true}},
};

const Mistakes kBackwardOfTanh{
    {"derivative_of_output",
     "d_a_t = d_h_t·(1 - tanh²(h_t))",
     "the derivative is taken at the output, not at the activation",
     {.of_output = true}},
    {"square_missing", "d_a_t = d_h_t·(1 - h_t)", "the square is left out", {.no_square = true}},
};

const Mistakes kBackwardOfRelu{
    {"kink_passes",
     "d_a_t = d_h_t·[a_t ≥ 0]",
     "at the kink, a = 0, the gradient passes: PyTorch has 0 there",
     {.kink_passes = true}},
    {"mask_of_gradient",
     "d_a_t = d_h_t·[d_h_t > 0]",
     "the gradient's own sign decides, not that of the activation",
     {.by_gradient = true}},
};

}  // namespace rnn_mistakes

std::vector<Prediction> RnnSpec::mistakes(const Quantity& quantity, const LayerValues& values) const {
  using namespace rnn_mistakes;
  const bool relu = nonlinearity == Nonlinearity::relu;
  Mistakes backward = kBackward;
  const Mistakes& of_this = relu ? kBackwardOfRelu : kBackwardOfTanh;
  backward.insert(backward.end(), of_this.begin(), of_this.end());
  return recurrent_mistakes::predictions(stack(), quantity, values, Cell{.relu = relu}, kForward, backward);
}

}  // namespace twin
