// The mean of each window of a picture (torch.nn.AvgPool2d; LeCun, Boser, Denker, Henderson, Howard, Hubbard,
// Jackel 1989, "Handwritten Digit Recognition with a Back-Propagation Network", where it is followed by a
// weight).
//
//   forward    y_nchw = (Σ over i, j of x_n,c,h·s+i-p,w·s+j-p) / K_hw        (s stride, p padding)
//
//   K_hw counts the elements of window hw: all of the kernel's, those of the padding, which are 0, among
//   them; without count_include_pad those that lie in the picture. Where there is a divisor_override, it
//   stands for each K.
//
//   backward   d_x_ncij += Σ over the windows hw that (i, j) belongs to of d_y_nchw / K_hw
//
//   Each element of a window moves y by 1/K, whatever its value: all get the same share, and none the whole.
//   Windows overlap where the stride is smaller than the kernel: hence the sum. What belongs to no window
//   gets 0, and what flows back into the padding goes nowhere.
//
//   caches     nothing but shapes: the derivative does not depend on x
#pragma once

#include <algorithm>

#include "manual/activation.hpp"
#include "manual/window_sums.hpp"
#include "shared/layers/avg_pool2d.hpp"

namespace twin::manual {

template <typename Scalar>
class AvgPool2d {
 public:
  static constexpr const char* forward_formula = "y = Σ x over the window / K";
  static constexpr const char* backward_formula = "d_x = Σ d_y / K over the windows that x belongs to";

  /// Throws LayerError for sizes that make no sense.
  explicit AvgPool2d(const AvgPool2dSpec& spec) : spec_(spec) { spec.validate(); }

  /// x: N×C×H×W. Returns y: N×C×H'×W', valid until the next call. Throws LayerError when no window fits.
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
    const auto windows = spec_.windows();
    const SlidingWindow &down = windows[0], &across = windows[1];
    means_.fit(x, ranges(down, x[2], y[2]), ranges(across, x[3], y[3]),
               [&](SlidingWindow::Range rows, SlidingWindow::Range columns) {
                 const Index seen = (rows.last - rows.first) * (columns.last - columns.first),
                             all = down.kernel_size * across.kernel_size;
                 return spec_.divisor_override.value_or(spec_.count_include_pad ? all : seen);
               });
  }

  // What each window sees of so many inputs in one direction.
  static typename WindowMeans<Scalar>::Ranges ranges(const SlidingWindow& window, Index inputs,
                                                     Index outputs) {
    typename WindowMeans<Scalar>::Ranges all;
    for (Index o = 0; o < outputs; ++o)
      all.push_back(
          {std::max<Index>(window.input(o, 0), 0), std::min(window.input(o, window.kernel_size), inputs)});
    return all;
  }

  AvgPool2dSpec spec_;
  WindowMeans<Scalar> means_;
};

}  // namespace twin::manual
