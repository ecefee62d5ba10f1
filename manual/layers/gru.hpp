// Gated recurrent unit (torch.nn.GRU; Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk, Bengio
// 2014, "Learning phrase representations using RNN encoder-decoder for statistical machine translation", with
// the reset gate behind the product with W_hh; backward: Werbos 1990, "Backpropagation through time: what it
// does and how to do it").
//
//   forward    a_t = x_t·W_ihᵀ + b_ih              three blocks side by side: a_r, a_z, a_n
//              u_t = h_t-1·W_hhᵀ + b_hh            likewise; kept apart, for the candidate takes u_n times r
//              r   = sigmoid(a_r + u_r)            reset
//              z   = sigmoid(a_z + u_z)            update
//              n   = tanh(a_n + r·u_n)             the candidate
//              h_t = (1 - z)·n + z·h_t-1           the output at t; h before the first step is 0
//
//   The paper has W_n·(r·h_t-1) in the candidate, PyTorch r·(W_n·h_t-1 + b_n): so does this, and all of
//   h_t-1·W_hhᵀ is one product.
//
//   backward, from the last step to the first
//              d_h_t = d_y_t + d_h_t+1·z_t+1 + d_u_t+1·W_hh
//                                                  h_t is an output, is kept by the next step, and feeds its
//                                                  gates and its candidate
//              d_a_n = d_h_t·(1 - z) · (1 - n²)
//              d_a_z = d_h_t·(h_t-1 - n) · z·(1 - z)
//              d_a_r = d_a_n·u_n · r·(1 - r)       r scales u_n alone: it is in the candidate
//              d_u_r, d_u_z = d_a_r, d_a_z         they were added
//              d_u_n = d_a_n·r                     only this differs: hence the two biases have different
//                                                  gradients
//
//   and of all steps at once
//              d_weight_ih += d_aᵀ·x               the weights are used at every step: a sum over batch and
//                                                  time
//              d_weight_hh += d_uᵀ·h_before        the hidden state that the step began with, not its own
//              d_bias_ih   += sum over rows of d_a
//              d_bias_hh   += sum over rows of d_u
//              d_x          = d_a·W_ih
//
//   Several layers, and the reverse direction: manual/recurrent.hpp.
//
//   caches     a view on x (N×T×F); r, z, n; u_n; h before each step
#pragma once

#include "manual/recurrent.hpp"
#include "shared/layers/gru.hpp"

namespace twin::manual {

template <typename Scalar>
class GruDirection : public RecurrentDirection<Scalar> {
 public:
  using RecurrentDirection<Scalar>::RecurrentDirection;

  void forward(const Activation<Scalar>& x, Columns<Scalar> y) {
    begin(x);
    h_before_.resize(y.rows(), hidden_);
    u_n_.resize(y.rows(), hidden_);
    u_.resize(x[0], 3 * hidden_);
    at(h_before_, 0).setZero();
    const bool has_bias = bias_ih.size() > 0;

    // What does not depend on the states, at once for all steps.
    set_product(gates_, x.as_matrix(), weight_ih.transpose());
    if (has_bias) gates_.rowwise() += bias_ih;

    for (Index s = 0; s < steps_; ++s) {
      const auto h = at(h_before_, s);
      if (has_bias) u_.rowwise() = bias_hh;
      set_product(u_, h, weight_hh.transpose(), /*add=*/has_bias);
      auto a = at(gates_, s), u_n = at(u_n_, s);
      u_n = u_.rightCols(hidden_);

      a.leftCols(2 * hidden_) += u_.leftCols(2 * hidden_);
      sigmoid(a.leftCols(2 * hidden_));
      const auto r = a.leftCols(hidden_).array(), z = a.middleCols(hidden_, hidden_).array();
      auto n = a.rightCols(hidden_).array();
      n = (n + r * u_n.array()).tanh();
      auto h_after = at(y, s);
      h_after = n + z * (h.array() - n);
      if (s + 1 < steps_) at(h_before_, s + 1) = h_after;
    }
  }

  void backward(const Activation<Scalar>& x, ConstColumns<Scalar> d_y) {
    through_time(d_y);
    set_product(d_weight_ih, d_a_.transpose(), x.as_matrix(), has_gradient_);
    set_product(d_weight_hh, d_u_.transpose(), h_before_, has_gradient_);
    this->add_rows(d_bias_ih, d_a_);
    this->add_rows(d_bias_hh, d_u_);
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
      RecurrentDirection<Scalar>::has_gradient_, RecurrentDirection<Scalar>::sigmoid;

  // Sets d_a_ and d_u_.
  void through_time(ConstColumns<Scalar> d_y) {
    d_a_.resize(gates_.rows(), gates_.cols());
    d_u_.resize(gates_.rows(), gates_.cols());
    d_h_.setZero(this->sequences_, hidden_);
    for (Index s = steps_; s-- > 0;) {
      const auto a = at(gates_, s);
      const auto r = a.leftCols(hidden_).array(), z = a.middleCols(hidden_, hidden_).array(),
                 n = a.rightCols(hidden_).array();
      const auto h = at(h_before_, s).array(), u_n = at(u_n_, s).array();
      auto d_a = at(d_a_, s), d_u = at(d_u_, s);

      d_h_ += at(d_y, s);
      d_a.rightCols(hidden_) = d_h_.array() * (Scalar(1) - z) * (Scalar(1) - n * n);
      d_a.middleCols(hidden_, hidden_) = d_h_.array() * (h - n) * (z * (Scalar(1) - z));
      d_a.leftCols(hidden_) = d_a.rightCols(hidden_).array() * u_n * (r * (Scalar(1) - r));
      d_u.leftCols(2 * hidden_) = d_a.leftCols(2 * hidden_);
      d_u.rightCols(hidden_) = d_a.rightCols(hidden_).array() * r;

      d_h_.array() *= z;  // by the way that keeps h to the step before
      if (s > 0) set_product(d_h_, d_u, weight_hh, /*add=*/true);
    }
  }

  Matrix<Scalar> gates_, d_a_, d_u_;  // (N·T)×3H: r, z, n
  Matrix<Scalar> h_before_, u_n_;     // (N·T)×H
  Matrix<Scalar> u_;                  // N×3H, of one step
  Matrix<Scalar> d_h_;                // N×H, of one step
};

template <typename Scalar>
class Gru : public RecurrentLayers<Scalar, GruDirection<Scalar>> {
 public:
  static constexpr const char* forward_formula =
      "a = x·W_ihᵀ + b_ih, u = h·W_hhᵀ + b_hh, n = tanh(a_n + r·u_n), y = h = (1 - z)·n + z·h";
  static constexpr const char* backward_formula = "d_x = d_a·W_ih";
  static constexpr const char* parameter_formulas[] = {"d_W_ih = Σₜ d_aₜᵀ·xₜ", "d_W_hh = Σₜ d_uₜᵀ·hₜ₋₁",
                                                       "d_b_ih = Σₜ d_aₜ", "d_b_hh = Σₜ d_uₜ"};

  explicit Gru(const GruSpec& spec) : RecurrentLayers<Scalar, GruDirection<Scalar>>(spec.stack()) {}

  /// x: N×T×F, unchanged until backward(). Returns y: N×T×H, or N×T×H·2, valid until the next call. Throws
  /// LayerError when F differs.
  Activation<Scalar> forward(const Activation<Scalar>& x) { return this->run(x); }
};

}  // namespace twin::manual
