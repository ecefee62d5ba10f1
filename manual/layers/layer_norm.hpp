// Layer normalisation (torch.nn.LayerNorm; Ba, Kiros, Hinton 2016, "Layer normalization", arXiv:1607.06450).
//
//   forward    μ  = mean(x),  σ² = mean((x - μ)²)           for each row, over its F features
//              x̂  = (x - μ)·r,   r = 1 / √(σ² + ε)
//              y  = γ·x̂ + β                                 γ: weight, β: bias, one of each for each feature
//
//   A row is what lies in the last extents of x, those of normalized_shape; all others together number the
//   rows. The squares are divided by F, not by F - 1. Training and evaluation are the same.
//
//   backward   d_weight += sum over rows of d_y·x̂           γ_f meets x̂_f in every row
//              d_bias   += sum over rows of d_y             β_f is added in every row
//              d_x       = r·(g - mean(g) - x̂·mean(g·x̂)),   g = γ·d_y
//
//     r·g                   x moves its own y
//     -mean(g)              x moves μ by 1/F, and μ moves every y of the row
//     -x̂·mean(g·x̂)          x moves σ² by 2(x - μ)/F, hence r by -x̂·r²/F, and r moves every y by γ·(x - μ)
//
//   γ differs from feature to feature, so it stands inside both means: batch norm's γ·r·(d_y - …), with γ in
//   front, holds only where one γ is shared by all that is averaged. d_x is what is left of g beside 1 and x̂:
//   its sum over a row is 0.
//
//   caches     x̂ (rows×F), r (rows)
#pragma once

#include <cmath>
#include <stdexcept>
#include <string>
#include <tuple>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/errors.hpp"
#include "shared/layers/layer_norm.hpp"

namespace twin::manual {

/// Maps N×…×F to the same shape. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class LayerNorm {
 public:
  static constexpr const char* forward_formula = "y = γ·x̂ + β, x̂ = (x - mean(x)) / √(variance(x) + ε)";
  static constexpr const char* backward_formula =
      "d_x = (g - mean(g) - x̂·mean(g·x̂)) / √(variance(x) + ε), g = γ·d_y";
  static constexpr const char* parameter_formulas[] = {"d_γ = Σ d_y·x̂", "d_β = Σ d_y"};

  /// Weights and biases are 0; those that the specification leaves out have no element. Throws LayerError for
  /// sizes or an eps that make no sense.
  explicit LayerNorm(const LayerNormSpec& spec) : spec_(spec) {
    spec.validate();
    weight.setZero(spec.elementwise_affine ? spec.features() : 0);
    bias.setZero(spec.elementwise_affine && spec.bias ? spec.features() : 0);
    d_weight = weight;
    d_bias = bias;
  }

  /// x: N×…×F. Returns y, valid until the next call. Throws LayerError when its last extents are not those of
  /// normalized_shape.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    using std::sqrt;
    fit(x.extents());
    const ConstMatrixView<Scalar> rows = rows_of(x);
    for (Index i = 0; i < rows.rows(); ++i) {
      auto x_hat = x_hat_.row(i);
      x_hat.array() = rows.row(i).array() - rows.row(i).sum() / features();
      const Scalar variance = x_hat.cwiseAbs2().sum() / features();
      r_(i) = Scalar(1) / sqrt(variance + Scalar(spec_.eps));
      x_hat *= r_(i);
      if (bias.size() > 0)
        y_.row(i) = x_hat.cwiseProduct(weight) + bias;
      else if (weight.size() > 0)
        y_.row(i) = x_hat.cwiseProduct(weight);
    }
    return {weight.size() > 0 ? y_ : x_hat_, extents_};
  }

  /// d_y: the gradient of the loss by y. Returns d_x; adds to d_weight and d_bias. Throws ShapeError when d_y
  /// has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    const ConstMatrixView<Scalar> d = rows_of(d_y);
    for (Index i = 0; i < d.rows(); ++i) {
      const auto x_hat = x_hat_.row(i);
      auto g = d_x_.row(i);
      if (weight.size() > 0)
        g = d.row(i).cwiseProduct(weight);
      else
        g = d.row(i);
      const Scalar mean_g = g.sum() / features();
      const Scalar mean_g_x_hat = g.cwiseProduct(x_hat).sum() / features();
      g.array() = r_(i) * (g.array() - mean_g - x_hat.array() * mean_g_x_hat);
    }
    return {d_x_, extents_};
  }

  /// backward() without d_x, for the first layer of a network that is being trained.
  void backward_parameters(const Activation<Scalar>& d_y) {
    if (x_hat_.size() == 0) throw std::logic_error("LayerNorm::backward before forward");
    expect_shape(d_y.as_samples(), Activation<Scalar>(x_hat_, extents_).as_samples(),
                 "LayerNorm::backward d_y");
    if (weight.size() == 0) return;
    if (!has_gradient_) {
      d_weight.setZero();
      d_bias.setZero();
    }
    const ConstMatrixView<Scalar> d = rows_of(d_y);
    for (Index i = 0; i < d.rows(); ++i) {
      d_weight += d.row(i).cwiseProduct(x_hat_.row(i));
      if (bias.size() > 0) d_bias += d.row(i);
    }
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    return std::tuple(
        parameter(name + ".weight", spec_.normalized_shape, ParameterRole::scale, weight, d_weight),
        parameter(name + ".bias", spec_.normalized_shape, ParameterRole::bias, bias, d_bias));
  }

  RowVector<Scalar> weight, d_weight, bias, d_bias;  // F

 private:
  // Makes room for x of these extents.
  void fit(const Extents& x) {
    if (x == extents_) return;
    spec_.output_shape(x.shape());
    extents_ = x;
    x_hat_.resize(x.size() / spec_.features(), spec_.features());
    y_.resize(x_hat_.rows(), x_hat_.cols());
    d_x_.resize(x_hat_.rows(), x_hat_.cols());
    r_.resize(x_hat_.rows());
  }

  ConstMatrixView<Scalar> rows_of(const Activation<Scalar>& x) const {
    return {x.data(), x_hat_.rows(), x_hat_.cols()};
  }
  Scalar features() const { return Scalar(static_cast<double>(x_hat_.cols())); }

  LayerNormSpec spec_;
  bool has_gradient_ = false;
  Extents extents_;                 // of the last forward()
  RowVector<Scalar> r_;             // of each row
  Matrix<Scalar> x_hat_, y_, d_x_;  // rows×F
};

}  // namespace twin::manual
