// Bilinear layer (torch.nn.Bilinear; Tenenbaum and Freeman 2000, "Separating Style and Content with Bilinear
// Models", eq. 1). It takes two inputs.
//
//   forward    y_nk = sum_ij x1_ni W_kij x2_nj + b_k      row by row: u_k = x1·W_k, y_nk = u_kn · x2_n
//
//   backward   d_weight_k += x1ᵀ·s_k                      W_kij meets x1_ni·x2_nj in every sample n.
//                                                         s_k: x2 with row n times d_y_nk
//              d_bias     += sum over rows of d_y         b_k is added in every sample
//              d_x1        = sum over k of s_k·W_kᵀ       x1_ni feeds every output k, each time multiplied
//              d_x2        = sum over k of d_y_nk u_kn    by what the other input was: so does x2_nj
//
//   Each input is the other's factor: when one of them is 0, the other learns nothing.
//
//   caches     views on x1 (N×I1) and x2 (N×I2); u (O·N×I2), which d_x2 asks for again
#pragma once

#include <array>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/errors.hpp"
#include "shared/layers/bilinear.hpp"

namespace twin::manual {

/// Maps N×I1 and N×I2 to N×O. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class Bilinear {
 public:
  static constexpr const char* forward_formula = "y_k = x₁·W_k·x₂ᵀ + b_k";
  static constexpr const char* backward_formula = "d_x₁ = Σ_k (d_y_k∘x₂)·W_kᵀ";
  static constexpr std::pair<const char*, const char*> further_formulas[] = {
      {"input2", "d_x₂ = Σ_k d_y_k∘(x₁·W_k)"}};
  static constexpr const char* parameter_formulas[] = {"d_W_k = x₁ᵀ·(d_y_k∘x₂)", "d_b = Σₙ d_yₙ"};

  /// Weights and biases are 0; without a bias they have no element. Throws LayerError unless all sizes are
  /// above 0.
  explicit Bilinear(const BilinearSpec& spec) : spec_(spec) {
    spec.validate();
    weight.setZero(spec.out_features * spec.in1_features, spec.in2_features);
    bias.setZero(spec.bias ? spec.out_features : 0);
    d_weight = weight;
    d_bias = bias;
  }

  /// x: x1, whose last extent is I1, and x2, whose last extent is I2; both unchanged until backward().
  /// Returns y: N×O, valid until the next call. Throws LayerError when they do not fit.
  const Matrix<Scalar>& forward(std::span<const Activation<Scalar>> x) {
    if (x[0].extents() != x1_.extents() || x[1].extents() != x2_.extents())
      fit(x[0].extents(), x[1].extents());
    x1_ = x[0];
    x2_ = x[1];
    const auto x1 = x1_.as_matrix(), x2 = x2_.as_matrix();
    for (Index k = 0; k < spec_.out_features; ++k) {
      auto u = of_output(u_, k);
      set_product(u, x1, of_output(weight, k));
      for (Index n = 0; n < x1.rows(); ++n) {
        y_(n, k) = u.row(n).cwiseProduct(x2.row(n)).sum();
        if (bias.size() > 0) y_(n, k) += bias(k);
      }
    }
    return y_;
  }

  /// d_y: N×O, the gradient of the loss by y. Returns d_x1 and d_x2, in the shapes of x1 and x2; adds to
  /// d_weight and d_bias. Throws ShapeError when d_y has not the shape of y.
  std::array<Activation<Scalar>, 2> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    const auto d = d_y.as_matrix();
    d_x2_.setZero(u_.rows() / spec_.out_features, spec_.in2_features);
    for (Index k = 0; k < spec_.out_features; ++k) {
      scale_second(d, k);
      set_product(d_x1_, s_, of_output(weight, k).transpose(), /*add=*/k > 0);
      for (Index n = 0; n < d.rows(); ++n) d_x2_.row(n) += d(n, k) * of_output(u_, k).row(n);
    }
    return {Activation<Scalar>{d_x1_, x1_.extents()}, Activation<Scalar>{d_x2_, x2_.extents()}};
  }

  /// backward() without d_x1 and d_x2, for the first layer of a network that is being trained.
  void backward_parameters(const Activation<Scalar>& d_y) {
    if (x1_.empty()) throw std::logic_error("Bilinear::backward before forward");
    const auto d = d_y.as_matrix();
    expect_shape(d, y_, "Bilinear::backward d_y");
    for (Index k = 0; k < spec_.out_features; ++k) {
      scale_second(d, k);
      auto d_weight_k = of_output(d_weight, k);
      set_product(d_weight_k, x1_.as_matrix().transpose(), s_, has_gradient_);
    }
    if (!has_gradient_) d_bias.setZero();
    for (Index n = 0; bias.size() > 0 && n < d.rows(); ++n) d_bias += d.row(n);
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    return std::tuple(
        parameter(join(name, "weight"), spec_.parameters()[0].shape, ParameterRole::weight, weight, d_weight),
        parameter(join(name, "bias"), {bias.size()}, ParameterRole::bias, bias, d_bias));
  }

  Matrix<Scalar> weight, d_weight;  // (O·I1)×I2
  RowVector<Scalar> bias, d_bias;   // O

 private:
  // Makes room for inputs of these extents.
  void fit(const Extents& x1, const Extents& x2) {
    spec_.output_shape(x1.shape());
    spec_.validate_further(x1.shape(), {{"input2", x2.shape()}});
    const Index rows = x1.product(0, x1.rank() - 1);
    y_.resize(rows, spec_.out_features);
    u_.resize(spec_.out_features * rows, spec_.in2_features);
    s_.resize(rows, spec_.in2_features);
  }

  // The rows that belong to output k, of as many for each output.
  template <typename M>
  auto of_output(M& matrix, Index k) const {
    const Index rows = matrix.rows() / spec_.out_features;
    return matrix.middleRows(k * rows, rows);
  }

  // s = x2, row n times d_y_nk
  void scale_second(const ConstMatrixView<Scalar>& d_y, Index k) {
    for (Index n = 0; n < d_y.rows(); ++n) s_.row(n) = d_y(n, k) * x2_.as_matrix().row(n);
  }

  BilinearSpec spec_;
  bool has_gradient_ = false;
  Activation<Scalar> x1_, x2_;  // N×I1, N×I2
  Matrix<Scalar> y_;            // N×O
  Matrix<Scalar> u_;            // (O·N)×I2
  Matrix<Scalar> s_;            // N×I2
  Matrix<Scalar> d_x1_, d_x2_;  // N×I1, N×I2
};

}  // namespace twin::manual
