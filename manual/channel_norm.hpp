// What group and instance norm have in common: a weight γ and a bias β of each channel. They differ in which
// values have one mean and one variance, by which they make x̂ of x.
//
//   forward    y  = γ·x̂ + β                                 y = x̂ unless the layer is affine
//
//   backward   d_weight += sum over samples and places of d_y·x̂      γ_c meets x̂ in every sample and place
//              d_bias   += sum over samples and places of d_y
//
//   The sums over the places of one channel of one sample stay: the layers' d_x asks for them again.
#pragma once

#include <stdexcept>
#include <string>
#include <tuple>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/errors.hpp"

namespace twin::manual {

/// Gradients accumulate over calls to backward_parameters() until zero_grad().
template <typename Scalar>
class ChannelNorm {
 public:
  static constexpr const char* parameter_formulas[] = {"d_γ = Σ d_y·x̂", "d_β = Σ d_y"};

  /// Weights and biases are 0; without `affine` they have no element.
  ChannelNorm(Index channels, bool affine) : channels_(channels) {
    weight.setZero(affine ? channels : 0);
    d_weight = d_bias = bias = weight;
  }

  /// backward() without d_x, for the first layer of a network that is being trained. Throws ShapeError when
  /// d_y has not the shape of y.
  void backward_parameters(const Activation<Scalar>& d_y) {
    if (x_hat_.size() == 0) throw std::logic_error("ChannelNorm::backward before forward");
    expect_shape(d_y.as_samples(), Activation<Scalar>(x_hat_, extents_).as_samples(),
                 "ChannelNorm::backward d_y");
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
      d_weight += sum_d_y_x_hat_.segment(n * channels_, channels_);
      d_bias += sum_d_y_.segment(n * channels_, channels_);
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

 protected:
  // Makes room for x of these extents, N×C×….
  void make_room(const Extents& x) {
    extents_ = x;
    x_hat_.resize(x[0] * x[1], x.product(2, x.rank()));
    y_.resize(x_hat_.rows(), x_hat_.cols());
    d_x_.resize(x_hat_.rows(), x_hat_.cols());
    sum_d_y_.resize(x_hat_.rows());
    sum_d_y_x_hat_.resize(x_hat_.rows());
  }

  ConstMatrixView<Scalar> channels_of(const Activation<Scalar>& x) const {
    return {x.data(), x_hat_.rows(), x_hat_.cols()};
  }
  Scalar gamma(Index k) const { return weight.size() > 0 ? weight(channel(k)) : Scalar(1); }
  // Of row k of N·C.
  Index channel(Index k) const { return k % channels_; }

  // Makes row k of y of that of x̂.
  void scale_row(Index k) {
    if (weight.size() > 0) y_.row(k).array() = x_hat_.row(k).array() * weight(channel(k)) + bias(channel(k));
  }
  Activation<Scalar> y() const { return {weight.size() > 0 ? y_ : x_hat_, extents_}; }

  Extents extents_;                            // of the last forward()
  RowVector<Scalar> sum_d_y_, sum_d_y_x_hat_;  // N·C
  Matrix<Scalar> x_hat_, y_, d_x_;             // (N·C)×P

 private:
  Index channels_;
  bool has_gradient_ = false;
};

}  // namespace twin::manual
