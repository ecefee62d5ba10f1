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
#include <stdexcept>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/window_sums.hpp"
#include "shared/errors.hpp"
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
    if (x_.rank() == 0) throw std::logic_error("AvgPool2d::backward before forward");
    expect_shape(d_y.as_samples(), Activation<Scalar>(y_, y_extents_).as_samples(),
                 "AvgPool2d::backward d_y");
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
    const auto [down, across] = spec_.windows();
    const auto rows = ranges(down, x[2], y_extents_[2]), columns = ranges(across, x[3], y_extents_[3]);
    counts_.resize(y_.cols());
    Index w = 0;
    for (const auto [top, bottom] : rows)
      for (const auto [left, right] : columns) {
        const Index seen = (bottom - top) * (right - left), all = down.kernel_size * across.kernel_size;
        const Index count = spec_.divisor_override.value_or(spec_.count_include_pad ? all : seen);
        counts_(w++) = Scalar(static_cast<double>(count));
      }
    sums_ = WindowSums<Scalar>(rows, columns, x[2], x[3]);
  }

  // What each window sees of so many inputs in one direction.
  static typename WindowSums<Scalar>::Ranges ranges(const SlidingWindow& window, Index inputs,
                                                    Index outputs) {
    typename WindowSums<Scalar>::Ranges all;
    for (Index o = 0; o < outputs; ++o)
      all.push_back(
          {std::max<Index>(window.input(o, 0), 0), std::min(window.input(o, window.kernel_size), inputs)});
    return all;
  }

  AvgPool2dSpec spec_;
  Extents x_, y_extents_;
  WindowSums<Scalar> sums_;
  RowVector<Scalar> counts_, share_;  // H'·W'
  Matrix<Scalar> y_, d_x_;            // (N·C)×(H'·W'), (N·C)×(H·W)
};

}  // namespace twin::manual
