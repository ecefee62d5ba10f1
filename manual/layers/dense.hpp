// Fully connected layer (torch.nn.Linear; Goodfellow, Bengio, Courville 2016, "Deep Learning", 6.5.4 and
// alg. 6.4).
//
//   forward    y = x·Wᵀ + b                       y_nj = sum_i x_ni W_ji + b_j
//
//   backward   d_weight += d_yᵀ·x                 W_ji meets x_ni in every sample n: a sum over the batch
//              d_bias   += sum over rows of d_y   b_j is added in every sample: the same sum, without x
//              d_x       = d_y·W                  x_ni feeds every output j: not Wᵀ, which took x to y
//
//   The batch is summed, never averaged, here: a mean over the batch belongs to the loss, which has put its
//   1/N into d_y already.
//
//   caches     a view on x (N×I)
#pragma once

#include <optional>
#include <stdexcept>
#include <tuple>

#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/errors.hpp"
#include "shared/layers/dense.hpp"

namespace twin::manual {

/// Maps N×I to N×O. Gradients accumulate over calls to backward() until zero_grad(). Sizes that the compiler
/// knows must be those of the specification.
template <typename Scalar, Index Batch = Eigen::Dynamic, Index In = Eigen::Dynamic,
          Index Out = Eigen::Dynamic>
class Dense {
 public:
  static constexpr const char* forward_formula = "y = x·Wᵀ + b";
  static constexpr const char* backward_formula = "d_x = d_y·W";
  static constexpr const char* parameter_formulas[] = {"d_W = d_yᵀ·x", "d_b = Σₙ d_yₙ"};

  /// Weights and biases are 0; without a bias they have no element. Throws ShapeError unless both sizes are
  /// above 0.
  explicit Dense(const DenseSpec& spec)
      : weight(Matrix<Scalar, Out, In>::Zero(positive(spec.out_features, "Dense out_features"),
                                             positive(spec.in_features, "Dense in_features"))),
        d_weight(Matrix<Scalar, Out, In>::Zero(spec.out_features, spec.in_features)),
        bias(RowVector<Scalar, Out>::Zero(spec.bias ? spec.out_features : 0)),
        d_bias(bias) {}

  /// x: N×I, unchanged until backward(). Returns y: N×O, valid until the next call. Throws ShapeError when I
  /// differs.
  const Matrix<Scalar, Batch, Out>& forward(ConstMatrixView<Scalar, Batch, In> x) {
    expect_columns(x, weight.cols(), "Dense::forward x");
    x_.emplace(x);
    if (bias.size() > 0) {
      if (y_.rows() != x.rows()) y_.resize(x.rows(), weight.rows());
      y_.rowwise() = bias;
    }
    set_product(y_, x, weight.transpose(), /*add=*/bias.size() > 0);
    return y_;
  }

  /// d_y: N×O, the gradient of the loss by y. Returns d_x: N×I; adds to d_weight and d_bias. Throws
  /// ShapeError when d_y has not the shape of y.
  const Matrix<Scalar, Batch, In>& backward(ConstMatrixView<Scalar, Batch, Out> d_y) {
    backward_parameters(d_y);
    set_product(d_x_, d_y, weight);
    return d_x_;
  }

  /// backward() without d_x, for the first layer of a network that is being trained.
  void backward_parameters(ConstMatrixView<Scalar, Batch, Out> d_y) {
    if (!x_) throw std::logic_error("Dense::backward before forward");
    expect_shape(d_y, y_, "Dense::backward d_y");
    set_product(d_weight, d_y.transpose(), *x_, has_gradient_);
    if (!has_gradient_) d_bias.setZero();
    for (Index n = 0; bias.size() > 0 && n < d_y.rows(); ++n) d_bias += d_y.row(n);
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  /// (As zero_grad(set_to_none=True) in PyTorch: filling them with zeros would cost a pass over memory.)
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    return std::tuple(
        parameter(name + ".weight", {weight.rows(), weight.cols()}, ParameterRole::weight, weight, d_weight),
        parameter(name + ".bias", {bias.size()}, ParameterRole::bias, bias, d_bias));
  }

  Matrix<Scalar, Out, In> weight, d_weight;  // O×I
  RowVector<Scalar, Out> bias, d_bias;       // O

 private:
  bool has_gradient_ = false;
  std::optional<ConstMatrixView<Scalar, Batch, In>> x_;  // N×I
  Matrix<Scalar, Batch, Out> y_;                         // N×O
  Matrix<Scalar, Batch, In> d_x_;                        // N×I
};

/// The layer of a specification in sizes that the compiler knows.
template <typename Scalar, Index Batch, Index In, Index Out>
Dense<Scalar, Batch, In, Out> of_fixed_size(const DenseSpec&);

}  // namespace twin::manual
