// Instance normalisation (torch.nn.InstanceNorm1d, InstanceNorm2d; Ulyanov, Vedaldi, Lempitsky 2016,
// "Instance normalization: the missing ingredient for fast stylization", arXiv:1607.08022, eq. 3).
//
//   forward    μ  = mean(x),  σ² = mean((x - μ)²)           for each channel of each sample, over P places
//              x̂  = (x - μ)·r,   r = 1 / √(σ² + ε)
//              y  = γ·x̂ + β                                 γ: weight, β: bias, one of each for each channel;
//                                                           y = x̂ unless `affine`
//
//   The squares are divided by P, not by P - 1. Training and evaluation are the same, unless the layer tracks
//   running statistics:
//
//   running    running_mean ← (1 - momentum)·running_mean + momentum·mean(μ)            over the samples
//              running_var  ← (1 - momentum)·running_var  + momentum·mean(σ²)·P/(P - 1)
//
//   In evaluation, running_mean and running_var then stand for μ and σ² of all samples.
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
//   are. Where running statistics stand for μ and σ², these are constants, and d_x = γ·r·d_y.
//
//   caches     x̂ (N×C×…), r (N·C)
#pragma once

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "manual/activation.hpp"
#include "manual/channel_norm.hpp"
#include "manual/matrix.hpp"
#include "manual/running_statistics.hpp"
#include "shared/errors.hpp"
#include "shared/layers/instance_norm.hpp"
#include "shared/network.hpp"

namespace twin::manual {

/// Maps N×C×… to the same shape. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class InstanceNorm : public ChannelNorm<Scalar> {
  using Base = ChannelNorm<Scalar>;

 public:
  static constexpr const char* forward_formula = "y = γ·x̂ + β, x̂ = (x - mean(x)) / √(variance(x) + ε)";
  static constexpr const char* backward_formula =
      "d_x = γ/√(variance(x) + ε)·(d_y - mean(d_y) - x̂·mean(d_y·x̂))";

  /// Weights and biases are 0; without `affine` they have no element. Throws LayerError for sizes or an eps
  /// that make no sense.
  explicit InstanceNorm(const InstanceNormSpec& spec)
      : Base(positive_size(spec.num_features, "num_features"), spec.affine),
        running(spec.track_running_stats ? spec.num_features : 0),
        spec_(spec) {
    spec.validate();
  }

  /// x: N×C×…. Returns y, valid until the next call. Throws LayerError when C differs, or when a channel of a
  /// sample has one value alone.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Pass& pass) {
    using std::sqrt;
    if (x.extents() != extents_) {
      spec_.output_shape(x.extents().shape());
      make_room(x.extents());
      for (RowVector<Scalar>* of_each : {&mean_, &variance_, &r_}) of_each->resize(x_hat_.rows());
    }
    of_samples_ = !spec_.track_running_stats || pass.mode == Mode::training;
    const ConstMatrixView<Scalar> channels = channels_of(x);
    for (Index k = 0; k < channels.rows(); ++k) {
      auto x_hat = x_hat_.row(k);
      mean_(k) = of_samples_ ? channels.row(k).sum() / places() : running.mean(channel(k));
      x_hat.array() = channels.row(k).array() - mean_(k);
      variance_(k) = of_samples_ ? x_hat.cwiseAbs2().sum() / places() : running.var(channel(k));
      r_(k) = Scalar(1) / sqrt(variance_(k) + Scalar(spec_.eps));
      x_hat *= r_(k);
      scale_row(k);
    }
    if (spec_.track_running_stats && of_samples_ && !pass.keeps_buffers) move_running();
    return y();
  }

  /// d_y: the gradient of the loss by y. Returns d_x; adds to d_weight and d_bias. Throws ShapeError when d_y
  /// has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    this->backward_parameters(d_y);
    const ConstMatrixView<Scalar> d = channels_of(d_y);
    for (Index k = 0; k < d.rows(); ++k) {
      const Scalar scale = gamma(k) * r_(k);
      if (!of_samples_) {
        d_x_.row(k) = scale * d.row(k);
        continue;
      }
      const Scalar mean_d_y = sum_d_y_(k) / places(), mean_d_y_x_hat = sum_d_y_x_hat_(k) / places();
      d_x_.row(k).array() = scale * (d.row(k).array() - mean_d_y - x_hat_.row(k).array() * mean_d_y_x_hat);
    }
    return {d_x_, extents_};
  }

  std::vector<Buffer<Scalar>> buffers(const std::string& name) {
    if (!spec_.track_running_stats) return {};
    return running.buffers(name);
  }

  RunningStatistics<Scalar> running;

 private:
  using Base::channel, Base::channels_of, Base::d_x_, Base::extents_, Base::gamma, Base::make_room,
      Base::scale_row, Base::sum_d_y_, Base::sum_d_y_x_hat_, Base::x_hat_, Base::y;
  // What sums over the samples are kept in.
  using Sum = std::conditional_t<std::is_same_v<Scalar, float>, double, Scalar>;

  Scalar places() const { return Scalar(static_cast<double>(x_hat_.cols())); }

  void move_running() {
    mean_over_samples(mean_, batch_mean_);
    mean_over_samples(variance_, batch_variance_);
    running.move(spec_.momentum, batch_mean_, batch_variance_, places());
  }
  // `of_each`: N·C numbers; `means`: C.
  void mean_over_samples(const RowVector<Scalar>& of_each, RowVector<Scalar>& means) const {
    const ConstMatrixView<Scalar> samples(of_each.data(), extents_[0], spec_.num_features);
    means = samples.template cast<Sum>().colwise().sum().template cast<Scalar>();
    means /= Scalar(static_cast<double>(samples.rows()));
  }

  InstanceNormSpec spec_;
  bool of_samples_ = true;                 // mean and variance of the last forward(), not running ones
  RowVector<Scalar> mean_, variance_, r_;  // N·C
  RowVector<Scalar> batch_mean_, batch_variance_;  // C
};

}  // namespace twin::manual
