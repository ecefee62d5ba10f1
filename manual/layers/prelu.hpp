// Rectifier with a learned slope (torch.nn.PReLU; He, Zhang, Ren, Sun 2015, "Delving deep into rectifiers:
// surpassing human-level performance on ImageNet classification", eq. 1 and 8 to 10).
//
//   forward    y   = x where x > 0, else a·x            a: weight, one for all or one for each channel
//
//   backward   d_x       = d_y · (x > 0 ? 1 : a)
//              d_weight += Σ d_y·x·[x ≤ 0]              a meets every negative x of its channel, in the whole
//                                                       batch and at every place: a sum over all of them
//
//   What is positive has not met the slope, and gives it no gradient. The batch is summed, never averaged: a
//   mean over it belongs to the loss. At the kink, x = 0, PyTorch's derivative is a, and so is this one:
//   hence >, and not ≥.
//
//   The input decides, not the output: y has the sign of x only where a > 0, and a is learned.
//
//   caches     a view on x (N×C×…)
#pragma once

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>

#include "manual/layer.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/layers/prelu.hpp"

namespace twin::manual {

/// Keeps the shape of its inputs. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class Prelu {
 public:
  static constexpr const char* forward_formula = "y = x > 0 ? x : a·x";
  static constexpr const char* backward_formula = "d_x = d_y · (x > 0 ? 1 : a)";
  static constexpr const char* parameter_formulas[] = {"d_a = Σ d_y·x where x ≤ 0"};

  /// The slopes are 0. Throws LayerError unless num_parameters is above 0.
  Prelu(const PreluSpec& spec, const Scope<Scalar>& scope)
      : weight(RowVector<Scalar>::Zero(positive_size(spec.num_parameters, "num_parameters"))),
        d_weight(weight),
        path_(scope.path) {}

  /// x: N×C×…, unchanged until backward(). Returns y, valid until the next call. Throws LayerError when there
  /// are several slopes, and not as many channels.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    fit(x.extents());
    x_.emplace(x.as_samples());
    y_.resize(x_->rows(), x_->cols());
    for (Index n = 0; n < y_.rows(); ++n)
      y_.row(n) = x_->row(n).binaryExpr(
          slopes_, [one = one_](Scalar value, Scalar a) { return value * (value > Scalar(0) ? one : a); });
    return {y_, extents_};
  }

  /// d_y: the gradient of the loss by y. Returns d_x; adds to d_weight. Throws ShapeError when d_y has not
  /// the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    const ConstMatrixView<Scalar> d = d_y.as_samples();
    d_x_.resize(d.rows(), d.cols());
    for (Index n = 0; n < d.rows(); ++n) {
      d_x_.row(n) = x_->row(n).binaryExpr(
          slopes_, [](Scalar value, Scalar a) { return decide_above(value, Scalar(0)) ? Scalar(1) : a; });
      d_x_.row(n).array() *= d.row(n).array();
    }
    return {d_x_, extents_};
  }

  /// backward() without d_x, for the first layer of a network that is being trained.
  void backward_parameters(const Activation<Scalar>& d_y) {
    if (!x_) throw std::logic_error("Prelu::backward before forward");
    const ConstMatrixView<Scalar> d = d_y.as_samples();
    expect_shape(d, *x_, "Prelu::backward d_y");
    columns_.setZero(d.cols());
    const auto below_zero = [](Scalar upstream, Scalar value) {
      using std::min;
      return upstream * min(value, Scalar(0));
    };
    for (Index n = 0; n < d.rows(); ++n)
      columns_ += d.row(n).binaryExpr(x_->row(n), below_zero).template cast<Sum>();
    if (!has_gradient_) d_weight.setZero();
    for (Index c = 0; c < weight.size(); ++c)
      d_weight(c) += Scalar(columns_.segment(c * places(), places()).sum());
    has_gradient_ = true;
  }

  /// The next backward() sets the gradient, instead of adding to it; until then it is what it was.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    return std::tuple(parameter(name + ".weight", {weight.size()}, ParameterRole::slope, weight, d_weight));
  }

  RowVector<Scalar> weight, d_weight;  // C, or 1

 private:
  // What sums are kept in. (A long double's are not vectorised.)
  using Sum = std::conditional_t<std::is_same_v<Scalar, float>, double, Scalar>;

  // Samples are rows. The elements that share a slope stand side by side in them.
  Index places() const { return slopes_.size() / weight.size(); }

  // Takes the extents of x, and lays out the slope of each element of a sample.
  void fit(const Extents& x) {
    if (weight.size() > 1 && (x.rank() < 2 || x[1] != weight.size()))
      throw LayerError(fmt::format("expected {} channels, got {}", weight.size(), to_string(x.shape())),
                       path_);
    extents_ = x;
    slopes_.resize(x.product(1, x.rank()));
    for (Index c = 0; c < weight.size(); ++c) slopes_.segment(c * places(), places()).setConstant(weight(c));
  }

  std::string path_;
  // The slope where x > 0. (The compiler must not know the 1: it would leave out the product by it, and
  // branch on signs that nobody can foresee.)
  Scalar one_ = Scalar(1);
  bool has_gradient_ = false;
  Extents extents_;                           // of the last forward()
  std::optional<ConstMatrixView<Scalar>> x_;  // N×(C·P)
  RowVector<Scalar> slopes_;                  // C·P
  RowVector<Sum> columns_;                    // C·P
  Matrix<Scalar> y_, d_x_;                    // N×(C·P)
};

}  // namespace twin::manual
