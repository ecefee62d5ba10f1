// Dropout (torch.nn.Dropout; Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from
// overfitting", 4; inverted, as every framework has it).
//
//   forward    y   = x·m              m: 0 with probability p, else 1 / (1 - p); element by element
//
//   backward   d_x = d_y·m            the same m: what was dropped has moved nothing
//
//   The division by 1 - p keeps the mean of y at x, so that evaluation can take y = x as it is.
//
//   m is a function of the seed, the layer's path and the step (shared/layers/dropout.hpp): both twins draw
//   the same, and a loss that is evaluated again, at weights a little apart, is the same function.
//
//   caches     m (N×F)
#pragma once

#include <string>

#include "manual/layer.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/dropout.hpp"

namespace twin::manual {

template <typename Scalar>
class Dropout {
 public:
  static constexpr const char* forward_formula = "y = x·m, m = 0 with probability p, else 1 / (1 - p)";
  static constexpr const char* backward_formula = "d_x = d_y·m";

  Dropout(const DropoutSpec& spec, const Scope<Scalar>& scope) : spec_(spec), path_(scope.path) {}

  /// x: of any shape. Returns y, valid until the next call; in evaluation x itself.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Pass& pass) {
    drops_ = pass.mode == Mode::training;
    if (!drops_) return x;
    const ConstMatrixView<Scalar> values = x.as_matrix();
    m_.resize(values.rows(), values.cols());
    const DropoutMask mask(spec_, path_, pass.seed, pass.step);
    const auto scale = static_cast<Scalar>(mask.scale());
    for (Index i = 0; i < m_.size(); ++i)
      m_.data()[i] = mask.keeps(static_cast<std::uint64_t>(i)) ? scale : Scalar(0);
    y_ = values.cwiseProduct(m_);
    return {y_, x.extents()};
  }

  /// d_y: the gradient of the loss by y. Returns d_x; after an evaluation d_y itself. Throws ShapeError when
  /// d_y has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    if (!drops_) return d_y;
    expect_shape(d_y.as_matrix(), m_, "Dropout::backward d_y");
    d_x_ = d_y.as_matrix().cwiseProduct(m_);
    return {d_x_, d_y.extents()};
  }

 private:
  DropoutSpec spec_;
  std::string path_;
  bool drops_ = false;          // in the last forward()
  Matrix<Scalar> m_, y_, d_x_;  // N×F
};

}  // namespace twin::manual
