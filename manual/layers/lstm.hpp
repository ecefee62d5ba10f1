// Long short-term memory (torch.nn.LSTM; Hochreiter, Schmidhuber 1997; with the forget gate of Gers,
// Schmidhuber, Cummins 2000; backward in Graves 2012, "Supervised sequence labelling", 4.6, without
// peepholes).
//
//   forward    a_t = x_t·W_ihᵀ + b_ih + h_t-1·W_hhᵀ + b_hh        four gates side by side: a_i, a_f, a_g, a_o
//              i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)
//              g       = tanh(a_g)
//              c_t     = f·c_t-1 + i·g                            element by element
//              h_t     = o·tanh(c_t)                              the output at t
//
//   backward, from the last step to the first
//              d_h_t   = d_y_t + d_a_t+1·W_hh         h_t is an output, and feeds the next step's gates
//              d_c_t   = d_h_t·o·(1 - tanh²(c_t)) + d_c_t+1·f_t+1
//                                                     c_t is seen through h_t, and kept by the next step's f
//              d_a_o   = d_h_t·tanh(c_t) · o·(1 - o)
//              d_a_i   = d_c_t·g         · i·(1 - i)
//              d_a_f   = d_c_t·c_t-1     · f·(1 - f)  what f scales is the cell before
//              d_a_g   = d_c_t·i         · (1 - g²)
//
//   and of all steps at once
//              d_weight_ih += d_aᵀ·x                  the weights are used at every step: a sum over batch
//                                                     and time
//              d_weight_hh += d_aᵀ·h_before           the hidden state that the step began with, not its own
//              d_bias_ih   += sum over rows of d_a
//              d_bias_hh   += the same sum            the two biases are added to each other
//              d_x          = d_a·W_ih
//
//   Nothing flows into the states that the batch begins with: zeros, or what the batch before has left
//   (carry_state).
//
//   Several layers, and the reverse direction: manual/recurrent.hpp.
//
//   caches     a view on x (N×T×F); i, f, g, o; h and c before each step; tanh(c_t)
#pragma once

#include <string>
#include <vector>

#include "manual/layer.hpp"
#include "manual/recurrent.hpp"
#include "shared/layers/lstm.hpp"

namespace twin::manual {

template <typename Scalar>
class LstmDirection : public RecurrentDirection<Scalar> {
 public:
  using RecurrentDirection<Scalar>::RecurrentDirection;

  /// goes_on: from h and c, where there are any; keeps: leaves its last states there.
  void forward(const Activation<Scalar>& x, Columns<Scalar> y, bool goes_on, bool keeps) {
    begin(x, goes_on);

    // What does not depend on the states, at once for all steps.
    set_product(gates_, x.as_matrix(), weight_ih.transpose());
    if (bias_ih.size() > 0) {
      bias_ = bias_ih + bias_hh;
      gates_.rowwise() += bias_;
    }

    for (Index s = 0; s < steps_; ++s) {
      auto a = at(gates_, s);
      set_product(a, at(h_before_, s), weight_hh.transpose(), /*add=*/true);
      sigmoid(a.leftCols(2 * hidden_));
      a.middleCols(2 * hidden_, hidden_) = a.middleCols(2 * hidden_, hidden_).array().tanh();
      sigmoid(a.rightCols(hidden_));

      const auto i = a.leftCols(hidden_).array(), f = a.middleCols(hidden_, hidden_).array(),
                 g = a.middleCols(2 * hidden_, hidden_).array(), o = a.rightCols(hidden_).array();
      auto tanh_c = at(tanh_c_, s), h_after = at(y, s);
      c_ = f * at(c_before_, s).array() + i * g;
      tanh_c = c_.array().tanh();
      h_after = o * tanh_c.array();
      if (s + 1 < steps_) {
        at(h_before_, s + 1) = h_after;
        at(c_before_, s + 1) = c_;
      }
    }
    if (keeps) {
      h = at(y, steps_ - 1);
      c = c_;
    }
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
  Matrix<Scalar> h, c;  // N×H, carried

 private:
  using RecurrentDirection<Scalar>::at, RecurrentDirection<Scalar>::hidden_,
      RecurrentDirection<Scalar>::steps_, RecurrentDirection<Scalar>::has_gradient_,
      RecurrentDirection<Scalar>::sigmoid;

  // The states before the first step.
  void begin(const Activation<Scalar>& x, bool goes_on) {
    RecurrentDirection<Scalar>::begin(x);
    for (Matrix<Scalar>* cache : {&h_before_, &c_before_, &tanh_c_}) cache->resize(x[0] * x[1], hidden_);
    if (goes_on && h.size() > 0) {
      at(h_before_, 0) = h;
      at(c_before_, 0) = c;
    } else {
      at(h_before_, 0).setZero();
      at(c_before_, 0).setZero();
    }
  }

  // Sets d_a_.
  void through_time(ConstColumns<Scalar> d_y) {
    d_a_.resize(gates_.rows(), gates_.cols());
    d_c_.setZero(this->sequences_, hidden_);
    for (Index s = steps_; s-- > 0;) {
      const auto a = at(gates_, s);
      const auto i = a.leftCols(hidden_).array(), f = a.middleCols(hidden_, hidden_).array(),
                 g = a.middleCols(2 * hidden_, hidden_).array(), o = a.rightCols(hidden_).array();
      const auto tanh_c = at(tanh_c_, s).array(), c_before = at(c_before_, s).array();

      d_h_ = at(d_y, s);
      if (s + 1 < steps_) set_product(d_h_, at(d_a_, s + 1), weight_hh, /*add=*/true);
      d_c_.array() += d_h_.array() * o * (Scalar(1) - tanh_c * tanh_c);

      auto d_a = at(d_a_, s);
      d_a.leftCols(hidden_) = d_c_.array() * g * (i * (Scalar(1) - i));
      d_a.middleCols(hidden_, hidden_) = d_c_.array() * c_before * (f * (Scalar(1) - f));
      d_a.middleCols(2 * hidden_, hidden_) = d_c_.array() * i * (Scalar(1) - g * g);
      d_a.rightCols(hidden_) = d_h_.array() * tanh_c * (o * (Scalar(1) - o));
      d_c_.array() *= f;  // by the way of the cell to the step before
    }
  }

  Matrix<Scalar> gates_, d_a_;                   // (N·T)×4H: i, f, g, o
  Matrix<Scalar> h_before_, c_before_, tanh_c_;  // (N·T)×H
  Matrix<Scalar> c_, d_h_, d_c_;                 // N×H, of one step
  RowVector<Scalar> bias_;                       // 4H: the sum of both
};

template <typename Scalar>
class Lstm : public RecurrentLayers<Scalar, LstmDirection<Scalar>> {
 public:
  static constexpr const char* forward_formula =
      "a = x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh, c = f·c + i·g, y = h = o·tanh(c)";
  static constexpr const char* backward_formula = "d_x = d_a·W_ih";
  static constexpr const char* parameter_formulas[] = {"d_W_ih = Σₜ d_aₜᵀ·xₜ", "d_W_hh = Σₜ d_aₜᵀ·hₜ₋₁",
                                                       "d_b_ih = Σₜ d_aₜ", "d_b_hh = Σₜ d_aₜ"};

  /// Throws LayerError unless all sizes are above 0, and when a reverse direction is to carry states.
  Lstm(const LstmSpec& spec, const Scope<Scalar>& scope)
      : RecurrentLayers<Scalar, LstmDirection<Scalar>>(spec.stack()), spec_(spec), path_(scope.path) {
    spec.validate();
  }

  /// x: N×T×F, unchanged until backward(). Returns y: N×T×H, or N×T×H·2, valid until the next call. Throws
  /// LayerError when F differs, or N from that of the states that are carried.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Pass& pass) {
    const bool carries = spec_.carry_state && pass.mode == Mode::training;
    const Matrix<Scalar>& h = this->direction(0, 0).h;
    if (carries && h.size() > 0) spec_.expect_batch(h.rows(), x[0], path_);
    return this->run(x, carries, carries && !pass.keeps_buffers);
  }

  /// The states that are carried: empty until there was a batch.
  std::vector<Buffer<Scalar>> buffers(const std::string& name) {
    std::vector<Buffer<Scalar>> all;
    for (Index layer = 0; spec_.carry_state && layer < spec_.num_layers; ++layer) {
      LstmDirection<Scalar>& direction = this->direction(static_cast<std::size_t>(layer), 0);
      all.push_back({join(name, spec_.state_name("h", layer)), &direction.h, true});
      all.push_back({join(name, spec_.state_name("c", layer)), &direction.c, true});
    }
    return all;
  }

 private:
  LstmSpec spec_;
  std::string path_;
};

}  // namespace twin::manual
