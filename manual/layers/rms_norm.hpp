// Root mean square normalisation (torch.nn.RMSNorm; Zhang, Sennrich 2019, "Root mean square layer
// normalization", arXiv:1910.07467).
//
//   forward    x̂  = x·r,   r = 1 / √(mean(x²) + ε)          for each row, over its F features
//              y  = γ·x̂                                     γ: weight, one for each feature
//
//   A row is what lies in the last extents of x, those of normalized_shape; all others together number the
//   rows. No mean is subtracted, and there is no bias. Where no ε is given, it is the machine epsilon of the
//   dtype, 2⁻²³ in float32 and 2⁻⁵² in float64, as in PyTorch; Llama's are 1e-5 and 1e-6.
//
//   backward   d_weight += sum over rows of d_y·x̂           γ_f meets x̂_f in every row
//              d_x       = r·(g - x̂·mean(g·x̂)),   g = γ·d_y
//
//     r·g                   x moves its own y
//     -x̂·mean(g·x̂)          x moves mean(x²) by 2x/F, hence r by -x̂·r²/F, and r moves every y of the row by
//                           γ·x. The 2 of the square and the ½ of the root cancel
//
//   Layer norm's -mean(g) is not there, for no mean was subtracted. γ differs from feature to feature, so it
//   stands inside the mean.
//
//   caches     x̂ (rows×F), r (rows)
#pragma once

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/errors.hpp"
#include "shared/layers/rms_norm.hpp"

namespace twin::manual {

/// Maps N×…×F to the same shape. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class RmsNorm {
 public:
  static constexpr const char* forward_formula = "y = γ·x̂, x̂ = x / √(mean(x²) + ε)";
  static constexpr const char* backward_formula = "d_x = (g - x̂·mean(g·x̂)) / √(mean(x²) + ε), g = γ·d_y";
  static constexpr const char* parameter_formulas[] = {"d_γ = Σ d_y·x̂"};

  /// Weights are 0; without elementwise_affine they have no element. Throws LayerError for sizes or an eps
  /// that make no sense.
  explicit RmsNorm(const RmsNormSpec& spec) : spec_(spec), eps_(spec.eps.value_or(kMachineEpsilon)) {
    spec.validate();
    weight.setZero(spec.elementwise_affine ? spec.features() : 0);
    d_weight = weight;
  }

  /// x: N×…×F. Returns y, valid until the next call. Throws LayerError when its last extents are not those of
  /// normalized_shape.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    using std::sqrt;
    fit(x.extents());
    const ConstMatrixView<Scalar> rows = rows_of(x);
    for (Index i = 0; i < rows.rows(); ++i) {
      const Scalar mean_square = rows.row(i).cwiseAbs2().sum() / features();
      r_(i) = Scalar(1) / sqrt(mean_square + Scalar(eps_));
      x_hat_.row(i) = rows.row(i) * r_(i);
      if (weight.size() > 0) y_.row(i) = x_hat_.row(i).cwiseProduct(weight);
    }
    return {weight.size() > 0 ? y_ : x_hat_, extents_};
  }

  /// d_y: the gradient of the loss by y. Returns d_x; adds to d_weight. Throws ShapeError when d_y has not
  /// the shape of y.
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
      const Scalar mean_g_x_hat = g.cwiseProduct(x_hat).sum() / features();
      g = r_(i) * (g - x_hat * mean_g_x_hat);
    }
    return {d_x_, extents_};
  }

  /// backward() without d_x, for the first layer of a network that is being trained.
  void backward_parameters(const Activation<Scalar>& d_y) {
    if (x_hat_.size() == 0) throw std::logic_error("RmsNorm::backward before forward");
    expect_shape(d_y.as_samples(), Activation<Scalar>(x_hat_, extents_).as_samples(),
                 "RmsNorm::backward d_y");
    if (weight.size() == 0) return;
    if (!has_gradient_) d_weight.setZero();
    const ConstMatrixView<Scalar> d = rows_of(d_y);
    for (Index i = 0; i < d.rows(); ++i) d_weight += d.row(i).cwiseProduct(x_hat_.row(i));
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    return std::tuple(
        parameter(name + ".weight", spec_.normalized_shape, ParameterRole::scale, weight, d_weight));
  }

  RowVector<Scalar> weight, d_weight;  // F

 private:
  // Of float64 for what carries its rounding error: it computes in float64.
  static constexpr double kMachineEpsilon = std::is_same_v<Scalar, float>
                                                ? std::numeric_limits<float>::epsilon()
                                                : std::numeric_limits<double>::epsilon();

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

  RmsNormSpec spec_;
  double eps_;
  bool has_gradient_ = false;
  Extents extents_;                 // of the last forward()
  RowVector<Scalar> r_;             // of each row
  Matrix<Scalar> x_hat_, y_, d_x_;  // rows×F
};

}  // namespace twin::manual
