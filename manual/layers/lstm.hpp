// Long short-term memory (torch.nn.LSTM of one layer; Hochreiter, Schmidhuber 1997; with the forget gate of
// Gers, Schmidhuber, Cummins 2000; backward in Graves 2012, "Supervised sequence labelling", 4.6, without
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
//              and
//                                                     time
//
//              d_weight_hh += d_aᵀ·h_before           the hidden state that the step began with, not its own
//
//              d_bias_ih   += sum over rows of d_a
//
//              d_bias_hh   += the same sum            the two biases are added to each other
//
//              d_x          = d_a·W_ih
//
//   Nothing flows into the states that the batch begins with: zeros, or what the batch before has left
//   (carry_state).
//
//   caches     a view on x (N×T×F); i, f, g, o; h and c before each step; tanh(c_t)
//
//   A row of a cache is one step of one sequence, N·T in all: the rows of step t are T apart.
#pragma once

#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "manual/layer.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/lstm.hpp"

namespace twin::manual {

/// Maps N×T×F to N×T×H. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class Lstm {
 public:
  static constexpr const char* forward_formula =
      "a = x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh, c = f·c + i·g, y = h = o·tanh(c)";
  static constexpr const char* backward_formula = "d_x = d_a·W_ih";
  static constexpr const char* parameter_formulas[] = {"d_W_ih = Σₜ d_aₜᵀ·xₜ", "d_W_hh = Σₜ d_aₜᵀ·hₜ₋₁",
                                                       "d_b_ih = Σₜ d_aₜ", "d_b_hh = Σₜ d_aₜ"};

  /// Weights and biases are 0; without a bias these have no element. Throws LayerError unless both sizes are
  /// above 0.
  Lstm(const LstmSpec& spec, const Scope<Scalar>& scope) : spec_(spec), path_(scope.path) {
    spec.validate();
    const Index gates = 4 * spec.hidden_size;
    weight_ih.setZero(gates, spec.input_size);
    weight_hh.setZero(gates, spec.hidden_size);
    bias_ih.setZero(spec.bias ? gates : 0);
    d_weight_ih = weight_ih;
    d_weight_hh = weight_hh;
    bias_hh = d_bias_ih = d_bias_hh = bias_ih;
  }

  /// x: N×T×F, unchanged until backward(). Returns y: N×T×H, valid until the next call. Throws ShapeError
  /// when F differs, or N from that of the states that are carried.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Pass& pass) {
    if (x.extents().rank() != 3 || x[2] != spec_.input_size)
      refuse_shape("N×T×" + std::to_string(spec_.input_size), x.extents().shape());
    x_ = x;
    const Index steps = x[1], hidden = spec_.hidden_size;
    begin(pass);

    // What does not depend on the states, at once for all steps.
    set_product(gates_, x.as_matrix(), weight_ih.transpose());
    if (spec_.bias) {
      bias_ = bias_ih + bias_hh;
      gates_.rowwise() += bias_;
    }

    for (Index t = 0; t < steps; ++t) {
      auto a = at(gates_, t);
      set_product(a, at(h_before_, t), weight_hh.transpose(), /*add=*/true);
      sigmoid(a.leftCols(2 * hidden));
      a.middleCols(2 * hidden, hidden) = a.middleCols(2 * hidden, hidden).array().tanh();
      sigmoid(a.rightCols(hidden));

      const auto i = a.leftCols(hidden).array(), f = a.middleCols(hidden, hidden).array(),
                 g = a.middleCols(2 * hidden, hidden).array(), o = a.rightCols(hidden).array();
      c_ = f * at(c_before_, t).array() + i * g;
      at(tanh_c_, t) = c_.array().tanh();
      at(y_, t) = o * at(tanh_c_, t).array();
      if (t + 1 < steps) {
        at(h_before_, t + 1) = at(y_, t);
        at(c_before_, t + 1) = c_;
      }
    }
    if (carries(pass) && !pass.keeps_buffers) {
      h = at(y_, steps - 1);
      c = c_;
    }
    return {y_, x.extents().with_last(hidden)};
  }

  /// d_y: N×T×H, the gradient of the loss by y. Returns d_x: N×T×F; adds to the gradients of weights and
  /// biases. Throws ShapeError when d_y has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    set_product(d_x_, d_a_, weight_ih);
    return {d_x_, x_.extents()};
  }

  void backward_parameters(const Activation<Scalar>& d_y) {
    if (x_.empty()) throw std::logic_error("Lstm::backward before forward");
    expect_shape(d_y.as_matrix(), y_, "Lstm::backward d_y");
    through_time(d_y);

    set_product(d_weight_ih, d_a_.transpose(), x_.as_matrix(), has_gradient_);
    set_product(d_weight_hh, d_a_.transpose(), h_before_, has_gradient_);
    if (!has_gradient_) {
      d_bias_ih.setZero();
      d_bias_hh.setZero();
    }
    for (Index row = 0; spec_.bias && row < d_a_.rows(); ++row) {
      d_bias_ih += d_a_.row(row);
      d_bias_hh += d_a_.row(row);
    }
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    constexpr ParameterRole kWeight = ParameterRole::weight, kBias = ParameterRole::bias;
    return std::tuple(parameter(name + ".weight_ih_l0", {weight_ih.rows(), weight_ih.cols()}, kWeight,
                                weight_ih, d_weight_ih),
                      parameter(name + ".weight_hh_l0", {weight_hh.rows(), weight_hh.cols()}, kWeight,
                                weight_hh, d_weight_hh),
                      parameter(name + ".bias_ih_l0", {bias_ih.size()}, kBias, bias_ih, d_bias_ih),
                      parameter(name + ".bias_hh_l0", {bias_hh.size()}, kBias, bias_hh, d_bias_hh));
  }

  /// The states that are carried: empty until there was a batch.
  std::vector<Buffer<Scalar>> buffers(const std::string& name) {
    if (!spec_.carry_state) return {};
    return {{name + ".h", &h, true}, {name + ".c", &c, true}};
  }

  Matrix<Scalar> weight_ih, d_weight_ih;                     // 4H×F
  Matrix<Scalar> weight_hh, d_weight_hh;                     // 4H×H
  RowVector<Scalar> bias_ih, d_bias_ih, bias_hh, d_bias_hh;  // 4H
  Matrix<Scalar> h, c;                                       // N×H, carried

 private:
  using Rows = Eigen::Map<Matrix<Scalar>, 0, Eigen::OuterStride<>>;

  bool carries(const Pass& pass) const { return spec_.carry_state && pass.mode == Mode::training; }

  // The rows of step t, one of each sequence.
  Rows at(Matrix<Scalar>& of_all, Index t) const {
    return {of_all.data() + t * of_all.cols(), x_[0], of_all.cols(),
            Eigen::OuterStride<>(x_[1] * of_all.cols())};
  }

  // The states before the first step.
  void begin(const Pass& pass) {
    const Index rows = x_[0] * x_[1];
    for (Matrix<Scalar>* cache : {&h_before_, &c_before_, &tanh_c_, &y_})
      cache->resize(rows, spec_.hidden_size);
    if (carries(pass) && h.size() > 0) {
      spec_.expect_batch(h.rows(), x_[0], path_);
      at(h_before_, 0) = h;
      at(c_before_, 0) = c;
    } else {
      at(h_before_, 0).setZero();
      at(c_before_, 0).setZero();
    }
  }

  template <typename Values>
  static void sigmoid(Values&& a) {
    a = (Scalar(1) + (-a.array()).exp()).inverse();
  }

  // Sets d_a_.
  void through_time(const Activation<Scalar>& d_y) {
    const Index steps = x_[1], hidden = spec_.hidden_size;
    d_a_.resize(gates_.rows(), gates_.cols());
    d_c_.setZero(x_[0], hidden);
    for (Index t = steps; t-- > 0;) {
      const auto a = at(gates_, t);
      const auto i = a.leftCols(hidden).array(), f = a.middleCols(hidden, hidden).array(),
                 g = a.middleCols(2 * hidden, hidden).array(), o = a.rightCols(hidden).array();
      const auto tanh_c = at(tanh_c_, t).array();
      const Eigen::Map<const Matrix<Scalar>, 0, Eigen::OuterStride<>> d_y_t(
          d_y.data() + t * hidden, x_[0], hidden, Eigen::OuterStride<>(steps * hidden));

      d_h_ = d_y_t;
      if (t + 1 < steps) set_product(d_h_, at(d_a_, t + 1), weight_hh, /*add=*/true);
      d_c_.array() += d_h_.array() * o * (Scalar(1) - tanh_c * tanh_c);

      auto d_a = at(d_a_, t);
      d_a.leftCols(hidden) = d_c_.array() * g * (i * (Scalar(1) - i));
      d_a.middleCols(hidden, hidden) = d_c_.array() * at(c_before_, t).array() * (f * (Scalar(1) - f));
      d_a.middleCols(2 * hidden, hidden) = d_c_.array() * i * (Scalar(1) - g * g);
      d_a.rightCols(hidden) = d_h_.array() * tanh_c * (o * (Scalar(1) - o));
      d_c_.array() *= f;  // by the way of the cell to the step before
    }
  }

  LstmSpec spec_;
  std::string path_;
  bool has_gradient_ = false;
  Activation<Scalar> x_;                             // N×T×F
  Matrix<Scalar> gates_, d_a_;                       // (N·T)×4H: i, f, g, o
  Matrix<Scalar> h_before_, c_before_, tanh_c_, y_;  // (N·T)×H
  Matrix<Scalar> c_, d_h_, d_c_;                     // N×H, of one step
  RowVector<Scalar> bias_;                           // 4H: the sum of both
  Matrix<Scalar> d_x_;                               // (N·T)×F
};

}  // namespace twin::manual
