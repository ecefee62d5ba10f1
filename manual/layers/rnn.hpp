// Recurrent network (torch.nn.RNN; Elman 1990, "Finding structure in time"; backward: Werbos 1990,
// "Backpropagation through time: what it does and how to do it").
//
//   forward    a_t = x_t·W_ihᵀ + b_ih + h_t-1·W_hhᵀ + b_hh        h before the first step is 0
//              h_t = tanh(a_t), or max(a_t, 0)                    the output at t
//
//   backward, from the last step to the first
//              d_h_t = d_y_t + d_a_t+1·W_hh         h_t is an output, and feeds the next step
//              d_a_t = d_h_t·(1 - h_t²)             tanh, written in its output
//              d_a_t = d_h_t·[h_t > 0]              max: 0 at the kink, as in PyTorch; a > 0 where h > 0
//
//   and of all steps at once
//              d_weight_ih += d_aᵀ·x                the weights are used at every step: a sum over batch and
//                                                   time
//              d_weight_hh += d_aᵀ·h_before         the hidden state that the step began with, not its own
//              d_bias_ih   += sum over rows of d_a
//              d_bias_hh   += the same sum          the two biases are added to each other
//              d_x          = d_a·W_ih
//
//   Several layers, and the reverse direction: manual/recurrent.hpp.
//
//   caches     a view on x (N×T×F); h, and h before each step
#pragma once

#include <algorithm>

#include "manual/recurrent.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/layers/rnn.hpp"

namespace twin::manual {

template <typename Scalar>
class RnnDirection : public RecurrentDirection<Scalar> {
 public:
  RnnDirection(const RecurrentStack& stack, Index layer, bool reverse, RnnSpec::Nonlinearity nonlinearity)
      : RecurrentDirection<Scalar>(stack, layer, reverse), nonlinearity_(nonlinearity) {}

  void forward(const Activation<Scalar>& x, Columns<Scalar> y) {
    begin(x);
    h_before_.resize(y.rows(), hidden_);
    at(h_before_, 0).setZero();

    // What does not depend on the states, at once for all steps.
    set_product(y, x.as_matrix(), weight_ih.transpose());
    if (bias_ih.size() > 0) {
      bias_ = bias_ih + bias_hh;
      y.rowwise() += bias_;
    }

    for (Index s = 0; s < steps_; ++s) {
      auto h = at(y, s);
      set_product(h, at(h_before_, s), weight_hh.transpose(), /*add=*/true);
      if (nonlinearity_ == RnnSpec::Nonlinearity::tanh)
        h = h.array().tanh();
      else
        h = h.unaryExpr([](const Scalar& a) {
          using std::max;
          return max(a, Scalar(0));  // in this order: NaN for NaN
        });
      if (s + 1 < steps_) at(h_before_, s + 1) = h;
    }
    h_ = y.data();
  }

  void backward(const Activation<Scalar>& x, ConstColumns<Scalar> d_y) {
    through_time(d_y);
    set_product(d_weight_ih, d_a_.transpose(), x.as_matrix(), has_gradient_);
    set_product(d_weight_hh, d_a_.transpose(), h_before_, has_gradient_);
    this->add_rows(d_bias_ih, d_a_);
    d_bias_hh = d_bias_ih;
    has_gradient_ = true;
  }

  void inputs_backward(Matrix<Scalar>& d_x, bool add) { set_product(d_x, d_a_, weight_ih, add); }

  using RecurrentDirection<Scalar>::weight_ih, RecurrentDirection<Scalar>::d_weight_ih,
      RecurrentDirection<Scalar>::weight_hh, RecurrentDirection<Scalar>::d_weight_hh,
      RecurrentDirection<Scalar>::bias_ih, RecurrentDirection<Scalar>::d_bias_ih,
      RecurrentDirection<Scalar>::bias_hh, RecurrentDirection<Scalar>::d_bias_hh;

 private:
  using RecurrentDirection<Scalar>::begin, RecurrentDirection<Scalar>::at,
      RecurrentDirection<Scalar>::hidden_, RecurrentDirection<Scalar>::steps_,
      RecurrentDirection<Scalar>::has_gradient_;

  // Sets d_a_.
  void through_time(ConstColumns<Scalar> d_y) {
    const ConstColumns<Scalar> y(h_, d_y.rows(), hidden_, Eigen::OuterStride<>(d_y.outerStride()));
    d_a_.resize(d_y.rows(), hidden_);
    for (Index s = steps_; s-- > 0;) {
      const auto h = at(y, s);
      auto d = at(d_a_, s);
      d = at(d_y, s);
      if (s + 1 < steps_) set_product(d, at(d_a_, s + 1), weight_hh, /*add=*/true);
      if (nonlinearity_ == RnnSpec::Nonlinearity::tanh)
        d.array() *= Scalar(1) - h.array() * h.array();
      else
        d = d.binaryExpr(h, [](const Scalar& d_h, const Scalar& value) {
          return decide_above(value, Scalar(0)) ? d_h : Scalar(0);
        });
    }
  }

  RnnSpec::Nonlinearity nonlinearity_;
  const Scalar* h_ = nullptr;      // the outputs, which are the stack's
  Matrix<Scalar> h_before_, d_a_;  // (N·T)×H
  RowVector<Scalar> bias_;         // H: the sum of both
};

template <typename Scalar>
class Rnn : public RecurrentLayers<Scalar, RnnDirection<Scalar>> {
 public:
  static constexpr const char* forward_formula = "y = h = f(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh)";
  static constexpr const char* backward_formula = "d_x = d_a·W_ih";
  static constexpr const char* parameter_formulas[] = {"d_W_ih = Σₜ d_aₜᵀ·xₜ", "d_W_hh = Σₜ d_aₜᵀ·hₜ₋₁",
                                                       "d_b_ih = Σₜ d_aₜ", "d_b_hh = Σₜ d_aₜ"};

  explicit Rnn(const RnnSpec& spec)
      : RecurrentLayers<Scalar, RnnDirection<Scalar>>(spec.stack(), spec.nonlinearity) {}

  /// x: N×T×F, unchanged until backward(). Returns y: N×T×H, or N×T×H·2, valid until the next call. Throws
  /// LayerError when F differs.
  Activation<Scalar> forward(const Activation<Scalar>& x) { return this->run(x); }
};

}  // namespace twin::manual
