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
#include <stdexcept>
#include <string>
#include <tuple>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/errors.hpp"
#include "shared/layers/group_norm.hpp"

namespace twin::manual {

/// Maps N×C or N×C×… to the same shape. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class GroupNorm {
 public:
  static constexpr const char* forward_formula = "y = γ·x̂ + β, x̂ = (x - mean(x)) / √(variance(x) + ε)";
  static constexpr const char* backward_formula =
      "d_x = (g - mean(g) - x̂·mean(g·x̂)) / √(variance(x) + ε), g = γ·d_y";
  static constexpr const char* parameter_formulas[] = {"d_γ = Σ d_y·x̂", "d_β = Σ d_y"};

  /// Weights and biases are 0; without `affine` they have no element. Throws LayerError for sizes or an eps
  /// that make no sense.
  explicit GroupNorm(const GroupNormSpec& spec) : spec_(spec) {
    spec.validate();
    weight.setZero(spec.affine ? spec.num_channels : 0);
    d_weight = d_bias = bias = weight;
  }

  /// x: N×C or N×C×…. Returns y, valid until the next call. Throws LayerError when C differs.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    using std::sqrt;
    fit(x.extents());
    const ConstMatrixView<Scalar> groups(x.data(), r_.size(), x.size() / r_.size());
    for (Index i = 0; i < groups.rows(); ++i) {
      auto x_hat = group_of(x_hat_, i);
      x_hat.array() = groups.row(i).array() - groups.row(i).sum() / count();
      const Scalar variance = x_hat.cwiseAbs2().sum() / count();
      r_(i) = Scalar(1) / sqrt(variance + Scalar(spec_.eps));
      x_hat *= r_(i);
    }
    if (weight.size() == 0) return {x_hat_, extents_};
    for (Index k = 0; k < x_hat_.rows(); ++k)
      y_.row(k).array() = x_hat_.row(k).array() * weight(channel(k)) + bias(channel(k));
    return {y_, extents_};
  }

  /// d_y: the gradient of the loss by y. Returns d_x; adds to d_weight and d_bias. Throws ShapeError when d_y
  /// has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    const ConstMatrixView<Scalar> d(d_y.data(), x_hat_.rows(), x_hat_.cols());
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

  /// backward() without d_x, for the first layer of a network that is being trained.
  void backward_parameters(const Activation<Scalar>& d_y) {
    if (x_hat_.size() == 0) throw std::logic_error("GroupNorm::backward before forward");
    expect_shape(d_y.as_samples(), Activation<Scalar>(x_hat_, extents_).as_samples(),
                 "GroupNorm::backward d_y");
    const ConstMatrixView<Scalar> d(d_y.data(), x_hat_.rows(), x_hat_.cols());
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
    r_.resize(x[0] * spec_.num_groups);
    sum_d_y_.resize(x_hat_.rows());
    sum_d_y_x_hat_.resize(x_hat_.rows());
  }

  // The values of group i, counted over the samples: they lie side by side.
  Eigen::Map<RowVector<Scalar>> group_of(Matrix<Scalar>& x, Index i) const {
    const Index size = x.size() / r_.size();
    return {x.data() + i * size, size};
  }
  Scalar count() const { return Scalar(static_cast<double>(x_hat_.size() / r_.size())); }

  // Of row k of N·C.
  Index channel(Index k) const { return k % spec_.num_channels; }
  Scalar gamma(Index k) const { return weight.size() > 0 ? weight(channel(k)) : Scalar(1); }

  GroupNormSpec spec_;
  bool has_gradient_ = false;
  Extents extents_;                            // of the last forward()
  RowVector<Scalar> r_;                        // N·G
  RowVector<Scalar> sum_d_y_, sum_d_y_x_hat_;  // N·C
  Matrix<Scalar> x_hat_, y_, d_x_;             // (N·C)×P
};

}  // namespace twin::manual
