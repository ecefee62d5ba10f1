// Rotary positions (Su, Lu, Pan, Wen, Liu 2021, "RoFormer: enhanced transformer with rotary position
// embedding", 3.2.2, eq. 14 and 34), in the layout of Hugging Face's Llama.
//
//   forward    in each head of D columns, for i < D/2 and j = i + D/2:
//              a_ti  = t·θ^(-2i/D)                             the angle of plane i at position t, from 0
//              y_ti  = x_ti cos(a_ti) - x_tj sin(a_ti)         the point (x_i, x_j) turned by a
//              y_tj  = x_tj cos(a_ti) + x_ti sin(a_ti)
//
//   backward   d_x_ti = d_y_ti cos(a_ti) + d_y_tj sin(a_ti)    turned by -a: the transpose of a rotation
//              d_x_tj = d_y_tj cos(a_ti) - d_y_ti sin(a_ti)    is its inverse
//
//   The product of a query that is turned by a_t and a key that is turned by a_j depends on t - j alone. All
//   heads and all samples are turned alike.
//
//   The paper turns neighbours, (x_0, x_1), (x_2, x_3) …; Llama in Hugging Face turns the first half of a
//   head with the second. Weights that were trained with one layout are useless with the other.
//
//   caches     cos(a) and sin(a) (T×D/2), for as many positions as any input had: they depend on no value
//
//   accuracy   angles, cosines and sines are computed in double: in float32, those of late positions would
//              have lost their digits
#pragma once

#include <cmath>
#include <stdexcept>
#include <type_traits>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/rotary_embedding.hpp"

namespace twin::manual {

template <typename Scalar>
class RotaryEmbedding {
 public:
  static constexpr const char* forward_formula = "y = (x₁·cos a - x₂·sin a, x₂·cos a + x₁·sin a)";
  static constexpr const char* backward_formula = "d_x = (d_y₁·cos a + d_y₂·sin a, d_y₂·cos a - d_y₁·sin a)";

  /// Throws LayerError when head_dim is odd or not above 0, or theta is not.
  explicit RotaryEmbedding(const RotaryEmbeddingSpec& spec) : spec_(spec), half_(spec.head_dim / 2) {
    spec.validate();
  }

  /// x: N×T×E. Returns y: N×T×E, valid until the next call. Throws LayerError when E is no multiple of
  /// head_dim.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    if (x.extents() != extents_) fit(x.extents());
    turn(x, y_, /*back=*/false);
    return {y_, extents_};
  }

  /// d_y: N×T×E, the gradient of the loss by y. Returns d_x: N×T×E. Throws ShapeError when d_y has not the
  /// shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    if (y_.size() == 0) throw std::logic_error("RotaryEmbedding::backward before forward");
    expect_shape(d_y.as_matrix(), y_, "RotaryEmbedding::backward d_y");
    turn(d_y, d_x_, /*back=*/true);
    return {d_x_, extents_};
  }

 private:
  using Angle = std::conditional_t<std::is_same_v<Scalar, RunningError>, RunningError, double>;

  // Makes room for inputs of these extents.
  void fit(const Extents& x) {
    spec_.output_shape(x.shape());
    y_.resize(x[0] * x[1], x[2]);
    d_x_.resize(y_.rows(), y_.cols());
    if (x[1] > cos_.rows()) tabulate(x[1]);
    extents_ = x;
  }

  void tabulate(Index positions) {
    using std::cos, std::pow, std::sin;
    cos_.resize(positions, half_);
    sin_.resize(positions, half_);
    for (Index i = 0; i < half_; ++i) {
      const double exponent = -2 * static_cast<double>(i) / static_cast<double>(spec_.head_dim);
      const Angle frequency = pow(Angle(spec_.theta), Angle(exponent));
      for (Index t = 0; t < positions; ++t) {
        const Angle angle = Angle(static_cast<double>(t)) * frequency;
        cos_(t, i) = static_cast<Scalar>(cos(angle));
        sin_(t, i) = static_cast<Scalar>(sin(angle));
      }
    }
  }

  // to: of the shape of `from`, each plane turned, or turned back.
  void turn(const Activation<Scalar>& from, Matrix<Scalar>& to, bool back) const {
    const Index positions = extents_[1], heads = extents_[2] / spec_.head_dim;
    for (Index row = 0; row < to.rows(); ++row) {
      const Scalar *cosine = cos_.row(row % positions).data(), *sine = sin_.row(row % positions).data();
      for (Index h = 0; h < heads; ++h) {
        const Index first = (row * heads + h) * spec_.head_dim;
        const Scalar *x_1 = from.data() + first, *x_2 = x_1 + half_;
        Scalar *y_1 = to.data() + first, *y_2 = y_1 + half_;
        if (back)
          for (Index i = 0; i < half_; ++i) {
            y_1[i] = x_1[i] * cosine[i] + x_2[i] * sine[i];
            y_2[i] = x_2[i] * cosine[i] - x_1[i] * sine[i];
          }
        else
          for (Index i = 0; i < half_; ++i) {
            y_1[i] = x_1[i] * cosine[i] - x_2[i] * sine[i];
            y_2[i] = x_2[i] * cosine[i] + x_1[i] * sine[i];
          }
      }
    }
  }

  RotaryEmbeddingSpec spec_;
  Index half_;                // D/2
  Extents extents_;           // N×T×E
  Matrix<Scalar> cos_, sin_;  // T×D/2
  Matrix<Scalar> y_, d_x_;    // (N·T)×E
};

}  // namespace twin::manual
