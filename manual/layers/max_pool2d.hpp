// The largest of each window of a picture (torch.nn.MaxPool2d; Ranzato, Huang, Boureau, LeCun 2007,
// "Unsupervised Learning of Invariant Feature Hierarchies").
//
//   forward    y_nchw = max over i, j of x_n,c,h·s+i·d-p,w·s+j·d-p      (s stride, d dilation, p padding)
//
//   backward   d_x_nc,winner(hw) += d_y_nchw
//
//   A window moves with its largest element alone, the winner, and by as much: all that flows back into the
//   window goes there. Windows overlap where the stride is smaller than the kernel, and one element may win
//   in several: hence the sum. What wins nowhere gets 0.
//
//   At a tie the derivative has a kink. The first of the largest wins, row by row, and takes all, as in
//   PyTorch. Padding takes no part: a window at the border is smaller.
//
//   caches     the winners (N·C × H'·W'), as places in their picture of H·W
//
//   accuracy   y exact: nothing is rounded
#pragma once

#include <stdexcept>
#include <vector>

#include "manual/activation.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/layers/max_pool2d.hpp"

namespace twin::manual {

template <typename Scalar>
class MaxPool2d {
 public:
  static constexpr const char* forward_formula = "y = max over the window of x";
  static constexpr const char* backward_formula = "d_x[winner] = Σ d_y of the windows that it wins";

  /// Throws LayerError for sizes that make no sense.
  explicit MaxPool2d(const MaxPool2dSpec& spec) : spec_(spec) { spec.validate(); }

  /// x: N×C×H×W. Returns y: N×C×H'×W', valid until the next call. Throws LayerError when no window fits.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    fit(x.extents());
    for (Index p = 0; p < y_.rows(); ++p) {
      const Scalar* picture = x.data() + p * d_x_.cols();
      for (Index w = 0; w < y_.cols(); ++w) {
        const Index* taps = taps_.data() + first_tap_[static_cast<std::size_t>(w)];
        const auto count = static_cast<std::size_t>(first_tap_[static_cast<std::size_t>(w) + 1] -
                                                    first_tap_[static_cast<std::size_t>(w)]);
        const std::size_t winner = decide_largest(count, [&](std::size_t i) { return picture[taps[i]]; });
        winners_(p, w) = taps[winner];
        y_(p, w) = picture[taps[winner]];
      }
    }
    return {y_, y_extents_};
  }

  /// d_y: N×C×H'×W', the gradient of the loss by y. Returns d_x: N×C×H×W. Throws ShapeError when d_y has not
  /// the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    if (x_.rank() == 0) throw std::logic_error("MaxPool2d::backward before forward");
    if (d_y.extents() != y_extents_)
      throw ShapeError("MaxPool2d::backward d_y: expected " + to_string(y_extents_.shape()) + ", got " +
                       to_string(d_y.extents().shape()));
    d_x_.setZero();
    for (Index p = 0; p < y_.rows(); ++p)
      for (Index w = 0; w < y_.cols(); ++w) d_x_(p, winners_(p, w)) += d_y.data()[p * y_.cols() + w];
    return {d_x_, x_};
  }

 private:
  // Makes room for x of these extents, and notes which elements of a picture each window sees.
  void fit(const Extents& x) {
    if (x == x_) return;
    y_extents_ = Extents(spec_.output_shape(x.shape()));
    x_ = x;
    const Index pictures = x[0] * x[1];
    d_x_.resize(pictures, x[2] * x[3]);
    y_.resize(pictures, y_extents_[2] * y_extents_[3]);
    winners_.resize(y_.rows(), y_.cols());
    taps_.clear();
    first_tap_.assign(1, 0);
    const auto [down, across] = spec_.windows();
    for (Index h = 0; h < y_extents_[2]; ++h)
      for (Index w = 0; w < y_extents_[3]; ++w) {
        for (Index i = 0; i < down.kernel_size; ++i)
          for (Index j = 0; j < across.kernel_size; ++j) {
            const Index row = down.input(h, i), column = across.input(w, j);
            if (row >= 0 && row < x[2] && column >= 0 && column < x[3]) taps_.push_back(row * x[3] + column);
          }
        first_tap_.push_back(static_cast<Index>(taps_.size()));
      }
  }

  MaxPool2dSpec spec_;
  Extents x_, y_extents_;
  std::vector<Index> taps_;       // of all windows, one after the other: places in a picture of H·W
  std::vector<Index> first_tap_;  // of each window; then their number
  Matrix<Scalar> y_, d_x_;        // (N·C)×(H'·W'), (N·C)×(H·W)
  Matrix<Index> winners_;         // (N·C)×(H'·W')
};

}  // namespace twin::manual
