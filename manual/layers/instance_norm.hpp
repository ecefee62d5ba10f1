// Instance normalisation (torch.nn.InstanceNorm1d, InstanceNorm2d; Ulyanov, Vedaldi, Lempitsky 2016,
// "Instance normalization: the missing ingredient for fast stylization", arXiv:1607.08022, eq. 3).
//
//   forward    μ  = mean(x),  σ² = mean((x - μ)²)           for each channel of each sample, over P places
//              x̂  = (x - μ)·r,   r = 1 / √(σ² + ε)
//              y  = γ·x̂ + β                                 γ: weight, β: bias, one of each for each channel;
//                                                           y = x̂ unless `affine`
//
//   The squares are divided by P, not by P - 1. Training and evaluation are the same: no running statistics
//   are kept.
//
//   backward   d_weight += sum over samples and places of d_y·x̂      γ_c meets x̂ in every sample and place
//              d_bias   += sum over samples and places of d_y
//              d_x       = γ·r·(d_y - mean(d_y) - x̂·mean(d_y·x̂))
//
//     γ·r·d_y               x moves its own y
//     -mean(d_y)            x moves μ by 1/P, and μ moves every y of the channel in this sample
//     -x̂·mean(d_y·x̂)        x moves σ² by 2(x - μ)/P, hence r by -x̂·r²/P, and r moves every y by γ·(x - μ)
//
//   All values that are averaged have the same γ, so it may stand in front. What another sample holds is of
//   no account: unlike a batch norm's, these means are not over the batch. The sums of γ's and β's gradients
//   are.
//
//   caches     x̂ (N×C×…), r (N·C)
#pragma once

#include <cmath>
#include <stdexcept>
#include <string>
#include <tuple>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/errors.hpp"
#include "shared/layers/instance_norm.hpp"

namespace twin::manual {

/// Maps N×C×… to the same shape. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class InstanceNorm {
 public:
  static constexpr const char* forward_formula = "y = γ·x̂ + β, x̂ = (x - mean(x)) / √(variance(x) + ε)";
  static constexpr const char* backward_formula =
      "d_x = γ/√(variance(x) + ε)·(d_y - mean(d_y) - x̂·mean(d_y·x̂))";
  static constexpr const char* parameter_formulas[] = {"d_γ = Σ d_y·x̂", "d_β = Σ d_y"};

  /// Weights and biases are 0; without `affine` they have no element. Throws LayerError for sizes or an eps
  /// that make no sense.
  explicit InstanceNorm(const InstanceNormSpec& spec) : spec_(spec) {
    spec.validate();
    weight.setZero(spec.affine ? spec.num_features : 0);
    d_weight = d_bias = bias = weight;
  }

  /// x: N×C×…. Returns y, valid until the next call. Throws LayerError when C differs, or when a channel of a
  /// sample has one value alone.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    using std::sqrt;
    fit(x.extents());
    const ConstMatrixView<Scalar> channels = channels_of(x);
    for (Index k = 0; k < channels.rows(); ++k) {
      auto x_hat = x_hat_.row(k);
      x_hat.array() = channels.row(k).array() - channels.row(k).sum() / places();
      const Scalar variance = x_hat.cwiseAbs2().sum() / places();
      r_(k) = Scalar(1) / sqrt(variance + Scalar(spec_.eps));
      x_hat *= r_(k);
      if (weight.size() > 0) y_.row(k).array() = x_hat.array() * weight(channel(k)) + bias(channel(k));
    }
    return {weight.size() > 0 ? y_ : x_hat_, extents_};
  }

  /// d_y: the gradient of the loss by y. Returns d_x; adds to d_weight and d_bias. Throws ShapeError when d_y
  /// has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    const ConstMatrixView<Scalar> d = channels_of(d_y);
    for (Index k = 0; k < d.rows(); ++k) {
      const Scalar mean_d_y = sum_d_y_(k) / places(), mean_d_y_x_hat = sum_d_y_x_hat_(k) / places();
      const Scalar scale = weight.size() > 0 ? weight(channel(k)) * r_(k) : r_(k);
      d_x_.row(k).array() = scale * (d.row(k).array() - mean_d_y - x_hat_.row(k).array() * mean_d_y_x_hat);
    }
    return {d_x_, extents_};
  }

  /// backward() without d_x, for the first layer of a network that is being trained.
  void backward_parameters(const Activation<Scalar>& d_y) {
    if (x_hat_.size() == 0) throw std::logic_error("InstanceNorm::backward before forward");
    expect_shape(d_y.as_samples(), Activation<Scalar>(x_hat_, extents_).as_samples(),
                 "InstanceNorm::backward d_y");
    const ConstMatrixView<Scalar> d = channels_of(d_y);
    for (Index k = 0; k < d.rows(); ++k) {
      sum_d_y_(k) = d.row(k).sum();
      sum_d_y_x_hat_(k) = d.row(k).cwiseProduct(x_hat_.row(k)).sum();
    }
    if (weight.size() == 0) return;
    if (!has_gradient_) {
      d_weight.setZero();
      d_bias.setZero();
    }
    for (Index n = 0; n < extents_[0]; ++n) {
      d_weight += sum_d_y_x_hat_.segment(n * weight.size(), weight.size());
      d_bias += sum_d_y_.segment(n * weight.size(), weight.size());
    }
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    return std::tuple(parameter(name + ".weight", {weight.size()}, ParameterRole::scale, weight, d_weight),
                      parameter(name + ".bias", {bias.size()}, ParameterRole::bias, bias, d_bias));
  }

  RowVector<Scalar> weight, d_weight, bias, d_bias;  // C

 private:
  // Makes room for x of these extents.
  void fit(const Extents& x) {
    if (x == extents_) return;
    spec_.output_shape(x.shape());
    extents_ = x;
    x_hat_.resize(x[0] * x[1], x.product(2, x.rank()));
    y_.resize(x_hat_.rows(), x_hat_.cols());
    d_x_.resize(x_hat_.rows(), x_hat_.cols());
    r_.resize(x_hat_.rows());
    sum_d_y_.resize(x_hat_.rows());
    sum_d_y_x_hat_.resize(x_hat_.rows());
  }

  ConstMatrixView<Scalar> channels_of(const Activation<Scalar>& x) const {
    return {x.data(), x_hat_.rows(), x_hat_.cols()};
  }
  Scalar places() const { return Scalar(static_cast<double>(x_hat_.cols())); }
  // Of row k of N·C.
  Index channel(Index k) const { return k % spec_.num_features; }

  InstanceNormSpec spec_;
  bool has_gradient_ = false;
  Extents extents_;                            // of the last forward()
  RowVector<Scalar> r_;                        // N·C
  RowVector<Scalar> sum_d_y_, sum_d_y_x_hat_;  // N·C
  Matrix<Scalar> x_hat_, y_, d_x_;             // (N·C)×P
};

}  // namespace twin::manual
