// Group normalisation (torch.nn.GroupNorm; Wu, He 2018, "Group normalization", arXiv:1803.08494).
//
//   forward    μ  = mean(x),  σ² = mean((x - μ)²)           for each group of channels of each sample, over
//                                                           its n values: C/G channels at P places
//              x̂  = (x - μ)·r,   r = 1 / √(σ² + ε)
//              y  = γ·x̂ + β                                 γ: weight, β: bias, one of each for each channel
//
//   Channels g·C/G … (g + 1)·C/G - 1 are group g: they lie side by side in memory. The squares are divided by
//   n, not by n - 1. Training and evaluation are the same.
//
//   backward   d_weight += sum over samples and places of d_y·x̂      γ_c meets x̂ in every sample and place
//              d_bias   += sum over samples and places of d_y
//              d_x       = r·(g - mean(g) - x̂·mean(g·x̂)),   g = γ·d_y
//
//     r·g                   x moves its own y
//     -mean(g)              x moves μ by 1/n, and μ moves every y of the group
//     -x̂·mean(g·x̂)          x moves σ² by 2(x - μ)/n, hence r by -x̂·r²/n, and r moves every y by γ·(x - μ)
//
//   The channels of a group have their own γ, so it stands inside both means. It is the same at all places of
//   a channel, so each mean is a sum over the channels: mean(g) = Σ_c γ_c·(Σ d_y of c) / n. These sums of d_y
//   and of d_y·x̂ are the ones that d_bias and d_weight add up, and are taken once.
//
//   caches     x̂ (N×C×…), r (N·G)
#pragma once

#include <cmath>

#include "manual/activation.hpp"
#include "manual/channel_norm.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/group_norm.hpp"

namespace twin::manual {

/// Maps N×C or N×C×… to the same shape. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class GroupNorm : public ChannelNorm<Scalar> {
  using Base = ChannelNorm<Scalar>;

 public:
  static constexpr const char* forward_formula = "y = γ·x̂ + β, x̂ = (x - mean(x)) / √(variance(x) + ε)";
  static constexpr const char* backward_formula =
      "d_x = (g - mean(g) - x̂·mean(g·x̂)) / √(variance(x) + ε), g = γ·d_y";

  /// Weights and biases are 0; without `affine` they have no element. Throws LayerError for sizes or an eps
  /// that make no sense.
  explicit GroupNorm(const GroupNormSpec& spec)
      : Base(positive_size(spec.num_channels, "num_channels"), spec.affine), spec_(spec) {
    spec.validate();
  }

  /// x: N×C or N×C×…. Returns y, valid until the next call. Throws LayerError when C differs.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    using std::sqrt;
    if (x.extents() != extents_) {
      spec_.output_shape(x.extents().shape());
      make_room(x.extents());
      r_.resize(x[0] * spec_.num_groups);
    }
    const ConstMatrixView<Scalar> groups(x.data(), r_.size(), x.size() / r_.size());
    for (Index i = 0; i < groups.rows(); ++i) {
      auto x_hat = group_of(x_hat_, i);
      x_hat.array() = groups.row(i).array() - groups.row(i).sum() / count();
      const Scalar variance = x_hat.cwiseAbs2().sum() / count();
      r_(i) = Scalar(1) / sqrt(variance + Scalar(spec_.eps));
      x_hat *= r_(i);
    }
    for (Index k = 0; k < x_hat_.rows(); ++k) scale_row(k);
    return y();
  }

  /// d_y: the gradient of the loss by y. Returns d_x; adds to d_weight and d_bias. Throws ShapeError when d_y
  /// has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    this->backward_parameters(d_y);
    const ConstMatrixView<Scalar> d = channels_of(d_y);
    const Index channels = spec_.num_channels / spec_.num_groups;
    for (Index i = 0; i < r_.size(); ++i) {
      Scalar mean_g(0), mean_g_x_hat(0);
      for (Index k = i * channels; k < (i + 1) * channels; ++k) {
        mean_g += gamma(k) * sum_d_y_(k);
        mean_g_x_hat += gamma(k) * sum_d_y_x_hat_(k);
      }
      mean_g /= count();
      mean_g_x_hat /= count();
      for (Index k = i * channels; k < (i + 1) * channels; ++k)
        d_x_.row(k).array() =
            r_(i) * (gamma(k) * d.row(k).array() - mean_g - x_hat_.row(k).array() * mean_g_x_hat);
    }
    return {d_x_, extents_};
  }

 private:
  using Base::channels_of, Base::d_x_, Base::extents_, Base::gamma, Base::make_room, Base::scale_row,
      Base::sum_d_y_, Base::sum_d_y_x_hat_, Base::x_hat_, Base::y;

  // The values of group i, counted over the samples: they lie side by side.
  Eigen::Map<RowVector<Scalar>> group_of(Matrix<Scalar>& x, Index i) const {
    const Index size = x.size() / r_.size();
    return {x.data() + i * size, size};
  }
  Scalar count() const { return Scalar(static_cast<double>(x_hat_.size() / r_.size())); }

  GroupNormSpec spec_;
  RowVector<Scalar> r_;  // N·G
};

}  // namespace twin::manual
