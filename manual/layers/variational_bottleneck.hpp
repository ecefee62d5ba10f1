// A code that is drawn at random, and the layers that decode it (Kingma and Welling 2014, "Auto-encoding
// variational Bayes", 2.4 and eq. 10).
//
//   forward    [m, l] = x                   means and log-variances of the K numbers of the code
//              z   = m + exp(l/2)·ε         ε: standard normal, a number for each of z
//              y   = [decoder(z), m, l]     the loss, manual/losses/negative_elbo.hpp, depends on m and l too
//              in evaluation z = m
//
//   backward   d_z = (d_y by decoder(z), taken back through the decoder)
//              d_m = d_z + (d_y by m)
//              d_l = d_z·ε·exp(l/2)/2 + (d_y by l)     in evaluation (d_y by l) alone
//
//   A number that is drawn from N(m, exp(l)) has no derivative by m and l. The same number, written as
//   m + exp(l/2)·ε with an ε that depends on neither, has one: this is the paper's reparameterisation.
//
//   exp(l/2), the deviation, is the root of the variance exp(l); the 1/2 of its exponent comes back as a
//   factor. The logarithm lets the encoder yield any number, and the variance stay above 0.
//
//   ε is a function of the seed, the layer's path and the step (shared/layers/variational_bottleneck.hpp):
//   both twins draw the same, and a loss that is evaluated again, at weights a little apart, is the same
//   function.
//
//   caches     ε, exp(l/2) (N×K); the decoder's layers theirs
#pragma once

#include <string>

#include "manual/networks/sequential.hpp"
#include "shared/errors.hpp"
#include "shared/layers/variational_bottleneck.hpp"

namespace twin::manual {

template <typename Scalar>
class VariationalBottleneck {
 public:
  static constexpr const char* forward_formula = "z = m + exp(l/2)·ε, y = [decoder(z), m, l]";
  static constexpr const char* backward_formula = "d_m = d_z + d_y by m, d_l = d_z·ε·exp(l/2)/2 + d_y by l";

  VariationalBottleneck(const VariationalBottleneckSpec& spec, const Scope<Scalar>& scope)
      : latent_(spec.latent), path_(scope.path), decoder_(spec.decoder, scope) {}

  /// x: N×2K, or with more leading extents, which are rows; unchanged until backward(). Returns y: N×(D+2K),
  /// D the outputs of the decoder, valid until the next call. Throws ShapeError when x has not 2K columns, or
  /// the decoder changes the number of rows.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Way<Scalar>& way) {
    const ConstMatrixView<Scalar> both = x.as_matrix();
    expect_columns(both, 2 * latent_, "VariationalBottleneck::forward x");
    const auto mean = both.leftCols(latent_), log_variance = both.rightCols(latent_);
    draws_ = way.pass.mode == Mode::training;
    z_ = mean;
    if (draws_) {
      draw(both.rows(), way.pass);
      deviation_ = (log_variance.array() * Scalar(0.5)).exp();
      z_.array() += deviation_.array() * noise_.array();
    }
    const Activation<Scalar> code(z_, x.extents().with_last(latent_));
    const ConstMatrixView<Scalar> decoded = decoder_.forward(code, way).as_matrix();
    if (decoded.rows() != both.rows())
      throw_shape_mismatch("VariationalBottleneck::forward decoder(z)", both.rows(), decoded.cols(),
                           decoded.rows(), decoded.cols());
    y_.resize(both.rows(), decoded.cols() + both.cols());
    y_.leftCols(decoded.cols()) = decoded;
    y_.rightCols(both.cols()) = both;
    return {y_, x.extents().with_last(y_.cols())};
  }

  /// d_y: the gradient of the loss by y. Returns d_x, in the shape of x; adds to the gradients of the
  /// decoder. Throws ShapeError when d_y has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    const Activation<Scalar> d_code = decoder_.backward(d_decoded(d_y), way);
    const ConstMatrixView<Scalar> d_z = d_code.as_matrix();
    d_x_ = d_y.as_matrix().rightCols(2 * latent_);
    d_x_.leftCols(latent_) += d_z;
    if (draws_)
      d_x_.rightCols(latent_).array() += d_z.array() * noise_.array() * (deviation_.array() * Scalar(0.5));
    return {d_x_, d_y.extents().with_last(2 * latent_)};
  }

  void backward_parameters(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    decoder_.backward_parameters(d_decoded(d_y), way);
  }

  void zero_grad() { decoder_.zero_grad(); }
  const auto& children() const { return decoder_.layers(); }

 private:
  void draw(Index rows, const Pass& pass) {
    noise_.resize(rows, latent_);
    const CodeNoise noise(path_, pass.seed, pass.step);
    for (Index i = 0; i < noise_.size(); ++i)
      noise_.data()[i] = Scalar(noise.at(static_cast<std::uint64_t>(i)));
  }

  // The part of d_y that belongs to the decoder.
  Activation<Scalar> d_decoded(const Activation<Scalar>& d_y) {
    expect_shape(d_y.as_matrix(), y_, "VariationalBottleneck::backward d_y");
    d_decoded_ = d_y.as_matrix().leftCols(y_.cols() - 2 * latent_);
    return {d_decoded_, d_y.extents().with_last(d_decoded_.cols())};
  }

  Index latent_;  // K
  std::string path_;
  Sequential<Scalar> decoder_;
  bool draws_ = false;                    // in the last forward()
  Matrix<Scalar> noise_, deviation_, z_;  // N×K
  Matrix<Scalar> y_, d_decoded_, d_x_;    // N×(D+2K), N×D, N×2K
};

}  // namespace twin::manual
