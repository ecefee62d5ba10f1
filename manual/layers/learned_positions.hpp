// Learned positions, added: a table of vectors, of which row t goes with position t (Gehring, Auli, Grangier,
// Yarats, Dauphin 2017, "Convolutional sequence to sequence learning", 3.1; as in GPT-2).
//
//   forward    y_nt = x_nt + W_t               the same rows for every sample n
//
//   backward   d_weight_t += Σ_n d_y_nt        W_t is added in every sample: a sum over the batch, for each
//                                              position by itself; rows that no position used get nothing
//              d_x         = d_y
//
//   caches     the shape of x
#pragma once

#include <stdexcept>
#include <tuple>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/errors.hpp"
#include "shared/layers/learned_positions.hpp"

namespace twin::manual {

/// Maps N×T×E to N×T×E. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class LearnedPositions {
 public:
  static constexpr const char* forward_formula = "y = x + W";
  static constexpr const char* backward_formula = "d_x = d_y";
  static constexpr const char* parameter_formulas[] = {"d_Wₜ = Σₙ d_yₙₜ"};

  /// Weights are 0. Throws LayerError unless both sizes are above 0.
  explicit LearnedPositions(const LearnedPositionsSpec& spec) : spec_(spec) {
    spec.validate();
    weight.setZero(spec.max_positions, spec.embed_dim);
    d_weight = weight;
  }

  /// x: N×T×E. Returns y: N×T×E, valid until the next call. Throws LayerError when E differs, or T is larger
  /// than max_positions.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    if (x.extents() != extents_) fit(x.extents());
    const auto values = x.as_matrix();
    for (Index n = 0; n < x[0]; ++n)
      y_.middleRows(n * x[1], x[1]) = values.middleRows(n * x[1], x[1]) + weight.topRows(x[1]);
    return {y_, extents_};
  }

  /// d_y: N×T×E, the gradient of the loss by y. Returns d_x, which is d_y itself; adds to d_weight. Throws
  /// ShapeError when d_y has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    return d_y;
  }

  void backward_parameters(const Activation<Scalar>& d_y) {
    if (y_.size() == 0) throw std::logic_error("LearnedPositions::backward before forward");
    const auto d = d_y.as_matrix();
    expect_shape(d, y_, "LearnedPositions::backward d_y");
    const Index positions = extents_[1];
    if (!has_gradient_) d_weight.setZero();
    for (Index n = 0; n < extents_[0]; ++n)
      d_weight.topRows(positions) += d.middleRows(n * positions, positions);
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    return std::tuple(
        parameter(name + ".weight", {weight.rows(), weight.cols()}, ParameterRole::weight, weight, d_weight));
  }

  Matrix<Scalar> weight, d_weight;  // (max_positions)×E

 private:
  // Makes room for inputs of these extents.
  void fit(const Extents& x) {
    spec_.output_shape(x.shape());
    y_.resize(x[0] * x[1], x[2]);
    extents_ = x;
  }

  LearnedPositionsSpec spec_;
  bool has_gradient_ = false;
  Extents extents_;   // N×T×E
  Matrix<Scalar> y_;  // (N·T)×E
};

}  // namespace twin::manual
