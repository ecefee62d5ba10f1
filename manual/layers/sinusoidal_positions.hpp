// Fixed positions, added (Vaswani et al. 2017, "Attention is all you need", 3.5).
//
//   forward    y_t = x_t + P_t,  P_t,2i = sin(t·ω_i),  P_t,2i+1 = cos(t·ω_i),  ω_i = 10000^(-2i/E)
//                                              t from 0, the same for every sample. Sine and cosine of one
//                                              angle are neighbours: both columns have the 2i of the even one
//
//   backward   d_x = d_y                       P is a constant
//
//   caches     P (T×E), for as many positions as any input had: it depends on no value
//
//   accuracy   angles, sines and cosines are computed in double: in float32, those of late positions would
//              have lost their digits
#pragma once

#include <cmath>
#include <type_traits>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/sinusoidal_positions.hpp"

namespace twin::manual {

template <typename Scalar>
class SinusoidalPositions {
 public:
  static constexpr const char* forward_formula = "y = x + P";
  static constexpr const char* backward_formula = "d_x = d_y";

  /// Throws LayerError unless embed_dim is above 0.
  explicit SinusoidalPositions(const SinusoidalPositionsSpec& spec) : spec_(spec) { spec.validate(); }

  /// x: N×T×E. Returns y: N×T×E, valid until the next call. Throws LayerError when E differs.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    if (x.extents() != extents_) fit(x.extents());
    const auto values = x.as_matrix();
    for (Index n = 0; n < x[0]; ++n)
      y_.middleRows(n * x[1], x[1]) = values.middleRows(n * x[1], x[1]) + table_.topRows(x[1]);
    return {y_, extents_};
  }

  /// d_y: N×T×E, the gradient of the loss by y. Returns d_x, which is d_y itself.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) const { return d_y; }

 private:
  using Angle = std::conditional_t<std::is_same_v<Scalar, RunningError>, RunningError, double>;

  // Makes room for inputs of these extents.
  void fit(const Extents& x) {
    spec_.output_shape(x.shape());
    y_.resize(x[0] * x[1], x[2]);
    if (x[1] > table_.rows()) tabulate(x[1]);
    extents_ = x;
  }

  void tabulate(Index positions) {
    using std::cos, std::pow, std::sin;
    table_.resize(positions, spec_.embed_dim);
    for (Index c = 0; c < spec_.embed_dim; ++c) {
      const double exponent = -static_cast<double>(c - c % 2) / static_cast<double>(spec_.embed_dim);
      const Angle frequency = pow(Angle(10000.0), Angle(exponent));
      for (Index t = 0; t < positions; ++t) {
        const Angle angle = Angle(static_cast<double>(t)) * frequency;
        table_(t, c) = static_cast<Scalar>(c % 2 == 0 ? sin(angle) : cos(angle));
      }
    }
  }

  SinusoidalPositionsSpec spec_;
  Extents extents_;       // N×T×E
  Matrix<Scalar> table_;  // T×E
  Matrix<Scalar> y_;      // (N·T)×E
};

}  // namespace twin::manual
