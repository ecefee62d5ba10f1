// The means of as many windows of a picture as are asked for (torch.nn.AdaptiveAvgPool2d). One window is the
// global average pooling of Lin, Chen, Yan 2014, "Network In Network", 3.2.
//
//   forward    y_nchw = (Σ of x_ncij over the window hw) / K_hw,   K_hw: how many elements it has
//
//              rows i of window h: ⌊h·H/H'⌋ … ⌈(h + 1)·H/H'⌉ - 1, and so across
//
//   The beginning is rounded down and the end up: every window has an element, and every element a window.
//   Where H' does not divide H, windows overlap and are not all of one size.
//
//   backward   d_x_ncij += Σ over the windows hw that (i, j) belongs to of d_y_nchw / K_hw
//
//   Each element of a window moves y by 1/K, with the K of this window. An element of two windows gets a
//   share of both: hence the sum.
//
//   caches     nothing but shapes: the derivative does not depend on x
#pragma once

#include <stdexcept>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/window_sums.hpp"
#include "shared/errors.hpp"
#include "shared/layers/adaptive_avg_pool2d.hpp"

namespace twin::manual {

template <typename Scalar>
class AdaptiveAvgPool2d {
 public:
  static constexpr const char* forward_formula = "y = mean over the window of x";
  static constexpr const char* backward_formula = "d_x = Σ d_y / K over the windows that x belongs to";

  /// Throws LayerError for sizes that make no sense.
  explicit AdaptiveAvgPool2d(const AdaptiveAvgPool2dSpec& spec) : spec_(spec) { spec.validate(); }

  /// x: N×C×H×W. Returns y: N×C×H'×W', valid until the next call. Throws LayerError for x of another rank.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    fit(x.extents());
    for (Index p = 0; p < y_.rows(); ++p) {
      auto y = y_.row(p);
      sums_.sum(x.data() + p * d_x_.cols(), y.data());
      y.array() /= counts_.array();
    }
    return {y_, y_extents_};
  }

  /// d_y: N×C×H'×W', the gradient of the loss by y. Returns d_x: N×C×H×W. Throws ShapeError when d_y has not
  /// the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    if (x_.rank() == 0) throw std::logic_error("AdaptiveAvgPool2d::backward before forward");
    expect_shape(d_y.as_samples(), Activation<Scalar>(y_, y_extents_).as_samples(),
                 "AdaptiveAvgPool2d::backward d_y");
    const ConstMatrixView<Scalar> d(d_y.data(), y_.rows(), y_.cols());
    d_x_.setZero();
    for (Index p = 0; p < d.rows(); ++p) {
      share_ = d.row(p).cwiseQuotient(counts_);
      sums_.spread(share_.data(), d_x_.row(p).data());
    }
    return {d_x_, x_};
  }

 private:
  // Makes room for x of these extents, and notes what each window sees of a picture.
  void fit(const Extents& x) {
    if (x == x_) return;
    y_extents_ = Extents(spec_.output_shape(x.shape()));
    x_ = x;
    d_x_.resize(x[0] * x[1], x[2] * x[3]);
    y_.resize(d_x_.rows(), y_extents_.product(2, 4));
    const auto rows = ranges(x[2], y_extents_[2]), columns = ranges(x[3], y_extents_[3]);
    counts_.resize(y_.cols());
    Index w = 0;
    for (const auto [top, bottom] : rows)
      for (const auto [left, right] : columns)
        counts_(w++) = Scalar(static_cast<double>((bottom - top) * (right - left)));
    sums_ = WindowSums<Scalar>(rows, columns, x[2], x[3]);
  }

  // What each window sees of so many inputs in one direction.
  static typename WindowSums<Scalar>::Ranges ranges(Index inputs, Index outputs) {
    typename WindowSums<Scalar>::Ranges all;
    for (Index o = 0; o < outputs; ++o) {
      const Index first = o * inputs / outputs;
      const Index last = ((o + 1) * inputs + outputs - 1) / outputs;  // rounded up
      all.push_back({first, last});
    }
    return all;
  }

  AdaptiveAvgPool2dSpec spec_;
  Extents x_, y_extents_;
  WindowSums<Scalar> sums_;
  RowVector<Scalar> counts_, share_;  // H'·W'
  Matrix<Scalar> y_, d_x_;            // (N·C)×(H'·W'), (N·C)×(H·W)
};

}  // namespace twin::manual
