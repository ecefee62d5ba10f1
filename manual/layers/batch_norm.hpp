// Batch normalisation (torch.nn.BatchNorm1d, BatchNorm2d; Ioffe and Szegedy 2015, "Batch normalization:
// accelerating deep network training by reducing internal covariate shift", alg. 1 and the gradients in 3).
//
//   forward    μ  = mean(x),  σ² = mean((x - μ)²)           for each channel, over its n values: those of the
//                                                           whole batch, at every place of a picture
//              x̂  = (x - μ)·r,   r = 1 / √(σ² + ε)
//              y  = γ·x̂ + β                                 γ: weight, β: bias
//
//   running    running_mean ← (1 - momentum)·running_mean + momentum·μ
//              running_var  ← (1 - momentum)·running_var  + momentum·σ²·n/(n - 1)
//
//   The variance that x is divided by has n; the one that is kept estimates that of the data, and has n - 1.
//   In evaluation, running_mean and running_var stand for μ and σ².
//
//   backward   d_weight += Σ d_y·x̂                          γ meets x̂ at each of the n values
//              d_bias   += Σ d_y                            β is added at each of them
//              d_x       = γ·r·(d_y - mean(d_y) - x̂·mean(d_y·x̂))
//
//     γ·r·d_y               x moves its own y
//     -mean(d_y)            x moves μ by 1/n, and μ moves every y: a d_y that is constant has no effect
//     -x̂·mean(d_y·x̂)        x moves σ² by 2(x - μ)/n, hence r by -x̂·r²/n, and r moves every y by γ·(x - μ)
//
//   So d_x is what is left of d_y beside 1 and x̂: its sum over a channel is 0. In evaluation μ and σ² are
//   constants, and d_x = γ·r·d_y.
//
//   caches     x̂ (N×C×…), r (C)
#pragma once

#include <cmath>
#include <fmt/format.h>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "manual/layer.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "manual/running_statistics.hpp"
#include "shared/errors.hpp"
#include "shared/layers/batch_norm.hpp"

namespace twin::manual {

/// Maps N×C or N×C×… to the same shape. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class BatchNorm {
 public:
  static constexpr const char* forward_formula = "y = γ·x̂ + β, x̂ = (x - mean(x)) / √(variance(x) + ε)";
  static constexpr const char* backward_formula =
      "d_x = γ/√(variance(x) + ε)·(d_y - mean(d_y) - x̂·mean(d_y·x̂))";
  static constexpr const char* parameter_formulas[] = {"d_γ = Σ d_y·x̂", "d_β = Σ d_y"};

  /// Weights and biases are 0. Throws LayerError unless num_features is above 0.
  BatchNorm(const BatchNormSpec& spec, const Scope<Scalar>& scope)
      : weight(RowVector<Scalar>::Zero(positive_size(spec.num_features, "num_features"))),
        d_weight(weight),
        bias(weight),
        d_bias(weight),
        running(spec.num_features),
        spec_(spec),
        path_(scope.path) {}

  /// Returns y, valid until the next call. Throws LayerError when the number of channels differs, or when, in
  /// training, a channel has one value alone.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Pass& pass) {
    if (x.extents().rank() < 2 || x[1] != weight.size())
      throw LayerError(
          fmt::format("expected {} channels, got {}", weight.size(), to_string(x.extents().shape())), path_);
    const ConstMatrixView<Scalar> samples = x.as_samples();
    extents_ = x.extents();
    of_batch_ = pass.mode == Mode::training;
    if (of_batch_) {
      spec_.expect_several(values(), path_);
      sum(
          samples.rows(), [&](Index i) { return samples.row(i); }, mean_);
      mean_ /= count();
    } else {
      mean_ = running.mean;
    }
    x_hat_ = samples.rowwise() - everywhere(mean_);
    if (of_batch_) {
      sum(
          samples.rows(), [&](Index i) { return x_hat_.row(i).cwiseAbs2(); }, variance_);
      variance_ /= count();
    } else {
      variance_ = running.var;
    }
    r_ = (variance_.array() + Scalar(spec_.eps)).sqrt().inverse();
    x_hat_.array().rowwise() *= everywhere(r_).array();
    y_.array() = x_hat_.array().rowwise() * everywhere(weight).array();
    y_.rowwise() += everywhere(bias);
    if (of_batch_ && !pass.keeps_buffers) running.move(spec_.momentum, mean_, variance_, count());
    return {y_, extents_};
  }

  /// d_y: the gradient of the loss by y. Returns d_x; adds to d_weight and d_bias. Throws ShapeError when d_y
  /// has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    d_x_ = d_y.as_samples();
    if (of_batch_) {
      sum_d_y_ /= count();
      sum_d_y_x_hat_ /= count();
      d_x_.rowwise() -= everywhere(sum_d_y_);
      d_x_.array() -= x_hat_.array().rowwise() * everywhere(sum_d_y_x_hat_).array();
    }
    scale_ = weight.cwiseProduct(r_);
    d_x_.array().rowwise() *= everywhere(scale_).array();
    return {d_x_, extents_};
  }

  /// backward() without d_x, for the first layer of a network that is being trained.
  void backward_parameters(const Activation<Scalar>& d_y) {
    if (x_hat_.size() == 0) throw std::logic_error("BatchNorm::backward before forward");
    const ConstMatrixView<Scalar> d = d_y.as_samples();
    expect_shape(d, x_hat_, "BatchNorm::backward d_y");
    sum(
        d.rows(), [&](Index i) { return d.row(i); }, sum_d_y_);
    sum(
        d.rows(), [&](Index i) { return d.row(i).cwiseProduct(x_hat_.row(i)); }, sum_d_y_x_hat_);
    if (has_gradient_) {
      d_weight += sum_d_y_x_hat_;
      d_bias += sum_d_y_;
    } else {
      d_weight = sum_d_y_x_hat_;
      d_bias = sum_d_y_;
    }
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    return std::tuple(parameter(name + ".weight", {weight.size()}, ParameterRole::scale, weight, d_weight),
                      parameter(name + ".bias", {bias.size()}, ParameterRole::bias, bias, d_bias));
  }

  std::vector<Buffer<Scalar>> buffers(const std::string& name) { return running.buffers(name); }

  RowVector<Scalar> weight, d_weight, bias, d_bias;  // C
  RunningStatistics<Scalar> running;

 private:
  // What sums are kept in. (A long double's are not vectorised.)
  using Sum = std::conditional_t<std::is_same_v<Scalar, float>, double, Scalar>;

  // Samples are rows of C·P numbers: the P places of each channel side by side (one, of N×C).
  Index places() const { return extents_.product(2, extents_.rank()); }
  Index values() const { return extents_[0] * places(); }
  Scalar count() const { return Scalar(static_cast<double>(values())); }

  /// For each channel, the sum over rows and places of row(0), row(1), ….
  template <typename Row>
  void sum(Index rows, const Row& row, RowVector<Scalar>& sums) {
    columns_.setZero(weight.size() * places());
    for (Index i = 0; i < rows; ++i) columns_ += row(i).template cast<Sum>();
    sums.resize(weight.size());
    for (Index c = 0; c < sums.size(); ++c) sums(c) = Scalar(columns_.segment(c * places(), places()).sum());
  }

  /// The row that has each channel's number at all of its places.
  const RowVector<Scalar>& everywhere(const RowVector<Scalar>& of_channels) {
    row_.resize(weight.size() * places());
    for (Index c = 0; c < of_channels.size(); ++c)
      row_.segment(c * places(), places()).setConstant(of_channels(c));
    return row_;
  }

  BatchNormSpec spec_;
  std::string path_;
  bool has_gradient_ = false;
  bool of_batch_ = true;                   // mean and variance of the last forward(), not the running ones
  Extents extents_;                        // of the last forward()
  RowVector<Scalar> mean_, variance_, r_;  // C
  RowVector<Scalar> sum_d_y_, sum_d_y_x_hat_;  // C
  RowVector<Scalar> scale_;                    // C
  Matrix<Scalar> x_hat_, y_, d_x_;             // N×(C·P)
  RowVector<Scalar> row_;                      // C·P
  RowVector<Sum> columns_;                     // C·P
};

}  // namespace twin::manual
