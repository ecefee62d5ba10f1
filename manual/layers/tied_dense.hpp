// A dense layer whose weight is that of an embedding (Press and Wolf 2017, "Using the output embedding to
// improve language models"; Inan, Khosravi, Socher 2017, "Tying word vectors and word classifiers").
//
//   forward    y = x·Wᵀ                           y_nk = x_n·W_k: how well x goes with the vector of word k
//
//   backward   d_weight += d_yᵀ·x                 beside what the embedding's own use of W yields: the loss
//                                                 depends on W by two ways, and derivatives add
//              d_x       = d_y·W
//
//   On the way back this layer comes first: it sets the one gradient that there is after zero_grad(), and the
//   embedding adds to it. Whichever comes first, has_gradient of the shared weight tells the other.
//
//   caches     a view on x (N×I)
#pragma once

#include <optional>
#include <stdexcept>

#include "manual/layer.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/tied_dense.hpp"

namespace twin::manual {

/// Maps N×I to N×O. The weight and its gradient are the embedding's: it resets and names them.
template <typename Scalar>
class TiedDense {
 public:
  static constexpr const char* forward_formula = "y = x·Wᵀ";
  static constexpr const char* backward_formula = "d_x = d_y·W";

  /// Throws LayerError when there is no embedding at the specification's path, or of other sizes.
  TiedDense(const TiedDenseSpec& spec, const Scope<Scalar>& scope) : weight_(weight_of(spec, scope)) {}

  /// x: N×I, unchanged until backward(). Returns y: N×O, valid until the next call. Throws ShapeError when I
  /// differs.
  const Matrix<Scalar>& forward(ConstMatrixView<Scalar> x) {
    expect_columns(x, weight_.value.cols(), "TiedDense::forward x");
    x_.emplace(x);
    set_product(y_, x, weight_.value.transpose());
    return y_;
  }

  /// d_y: N×O, the gradient of the loss by y. Returns d_x: N×I; adds to the weight's gradient. Throws
  /// ShapeError when d_y has not the shape of y.
  const Matrix<Scalar>& backward(ConstMatrixView<Scalar> d_y) {
    backward_parameters(d_y);
    set_product(d_x_, d_y, weight_.value);
    return d_x_;
  }

  void backward_parameters(ConstMatrixView<Scalar> d_y) {
    if (!x_) throw std::logic_error("TiedDense::backward before forward");
    expect_shape(d_y, y_, "TiedDense::backward d_y");
    set_product(weight_.gradient, d_y.transpose(), *x_, weight_.has_gradient);
    weight_.has_gradient = true;
  }

 private:
  static SharedWeight<Scalar>& weight_of(const TiedDenseSpec& spec, const Scope<Scalar>& scope) {
    const auto found = scope.shared->find(spec.embedding);
    const bool there = found != scope.shared->end();
    spec.expect_weight(there ? Shape{found->second->value.rows(), found->second->value.cols()} : Shape{},
                       scope.path);
    return *found->second;
  }

  SharedWeight<Scalar>& weight_;              // O×I, of the embedding
  std::optional<ConstMatrixView<Scalar>> x_;  // N×I
  Matrix<Scalar> y_;                          // N×O
  Matrix<Scalar> d_x_;                        // N×I
};

}  // namespace twin::manual
