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

#include "manual/activation.hpp"
#include "manual/window_sums.hpp"
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
    if (x.extents() != means_.x_extents()) fit(x.extents());
    return means_.forward(x);
  }

  /// d_y: N×C×H'×W', the gradient of the loss by y. Returns d_x: N×C×H×W. Throws ShapeError when d_y has not
  /// the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) { return means_.backward(d_y); }

 private:
  void fit(const Extents& x) {
    const Shape y = spec_.output_shape(x.shape());
    means_.fit(x, ranges(x[2], y[2]), ranges(x[3], y[3]),
               [](SlidingWindow::Range rows, SlidingWindow::Range columns) {
                 return (rows.last - rows.first) * (columns.last - columns.first);
               });
  }

  // What each window sees of so many inputs in one direction.
  static typename WindowMeans<Scalar>::Ranges ranges(Index inputs, Index outputs) {
    typename WindowMeans<Scalar>::Ranges all;
    for (Index o = 0; o < outputs; ++o) {
      const Index first = o * inputs / outputs;
      const Index last = ((o + 1) * inputs + outputs - 1) / outputs;  // rounded up
      all.push_back({first, last});
    }
    return all;
  }

  AdaptiveAvgPool2dSpec spec_;
  WindowMeans<Scalar> means_;
};

}  // namespace twin::manual
