// A picture with a border around it (torch.nn.functional.pad).
//
//   forward    y_hw = x_ij   where row h shows row i of the picture, and column w column j; else `value`
//
//     with t = top and H the height, row h lies at the position q = h - t of the rows, and shows
//
//     constant     row q, where there is one
//     reflect      row |q| in front, row 2(H - 1) - q behind: the mirror stands on the outermost row, which
//                  is not repeated
//     replicate    row 0 in front, row H - 1 behind
//
//   and so across, with `left`. A number of rows below 0 cuts as many off: they are shown nowhere.
//
//   backward   d_x_ij = Σ d_y_hw over all places hw that show (i, j)
//
//   What an element is shown at moves with it: its own place and, in a border that repeats the picture,
//   others too; hence the sum. A constant moves with nothing, and what was cut off gets 0.
//
//   caches     nothing but shapes: the derivative does not depend on x
//
//   accuracy   y exact: nothing is rounded
#pragma once

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/pad.hpp"

namespace twin::manual {

template <typename Scalar>
class Pad {
 public:
  static constexpr const char* forward_formula = "y = x where it is shown, else the constant";
  static constexpr const char* backward_formula = "d_x = Σ d_y over the places that show x";

  /// Throws LayerError for options that do not go together.
  explicit Pad(const PadSpec& spec) : spec_(spec) { spec.validate(); }

  /// x: N×C×H×W. Returns y: N×C×H'×W', valid until the next call. Throws LayerError when x is too small to be
  /// cut or reflected so.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    fit(x.extents());
    const auto value = static_cast<Scalar>(spec_.value);
    for (Index p = 0; p < y_.rows(); ++p) {
      const ConstMatrixView<Scalar> from(x.data() + p * d_x_.cols(), x_[2], x_[3]);
      Eigen::Map<Matrix<Scalar>> to(y_.row(p).data(), y_extents_[2], y_extents_[3]);
      for (Index h = 0; h < to.rows(); ++h) {
        const Index i = rows_[static_cast<std::size_t>(h)];
        if (i == kNone) {
          to.row(h).setConstant(value);
          continue;
        }
        to.row(h).segment(first_, count_) = from.row(i).segment(cut_, count_);
        for (const auto& [w, j] : border_) to(h, w) = j == kNone ? value : from(i, j);
      }
    }
    return {y_, y_extents_};
  }

  /// d_y: N×C×H'×W', the gradient of the loss by y. Returns d_x: N×C×H×W. Throws ShapeError when d_y has not
  /// the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    if (x_.rank() == 0) throw std::logic_error("Pad::backward before forward");
    expect_shape(d_y.as_samples(), Activation<Scalar>(y_, y_extents_).as_samples(), "Pad::backward d_y");
    d_x_.setZero();
    for (Index p = 0; p < y_.rows(); ++p) {
      const ConstMatrixView<Scalar> from(d_y.data() + p * y_.cols(), y_extents_[2], y_extents_[3]);
      Eigen::Map<Matrix<Scalar>> to(d_x_.row(p).data(), x_[2], x_[3]);
      for (Index h = 0; h < from.rows(); ++h) {
        const Index i = rows_[static_cast<std::size_t>(h)];
        if (i == kNone) continue;
        to.row(i).segment(cut_, count_) += from.row(h).segment(first_, count_);
        for (const auto& [w, j] : border_)
          if (j != kNone) to(i, j) += from(h, w);
      }
    }
    return {d_x_, x_};
  }

 private:
  static constexpr Index kNone = -1;

  // Makes room for x of these extents, and notes what each row and column of y shows.
  void fit(const Extents& x) {
    if (x == x_) return;
    y_extents_ = Extents(spec_.output_shape(x.shape()));
    x_ = x;
    d_x_.resize(x[0] * x[1], x[2] * x[3]);
    y_.resize(d_x_.rows(), y_extents_.product(2, 4));
    const auto [left, right, top, bottom] = spec_.pad;
    rows_.clear();
    for (Index h = 0; h < y_extents_[2]; ++h) rows_.push_back(shown(h - top, x[2]));
    first_ = std::max<Index>(left, 0);
    cut_ = std::max<Index>(-left, 0);
    count_ = x[3] - cut_ - std::max<Index>(-right, 0);
    border_.clear();
    for (Index w = 0; w < y_extents_[3]; ++w)
      if (w < first_ || w >= first_ + count_) border_.push_back({w, shown(w - left, x[3])});
  }

  // The input that a position shows, among so many.
  Index shown(Index q, Index inputs) const {
    const Index last = inputs - 1;
    if (q >= 0 && q <= last) return q;
    if (spec_.mode == PadMode::reflect) return q < 0 ? -q : 2 * last - q;
    if (spec_.mode == PadMode::replicate) return q < 0 ? 0 : last;
    return kNone;
  }

  struct BorderColumn {
    Index y, x;  // x: the column that it shows
  };

  PadSpec spec_;
  Extents x_, y_extents_;
  std::vector<Index> rows_;                // which row of x each row of y shows
  std::vector<BorderColumn> border_;       // the columns of y beside those that lie as in x:
  Index first_ = 0, cut_ = 0, count_ = 0;  // columns first_ … of y show columns cut_ … of x, so many of them
  Matrix<Scalar> y_, d_x_;                 // (N·C)×(H'·W'), (N·C)×(H·W)
};

}  // namespace twin::manual
