// Sums over the windows of a picture, and their means, for layers that average them. A window is a range of
// rows by a range of columns.
//
//   forward    s_hw   = Σ x_ij over the rows i of window h and the columns j of window w
//              y_hw   = s_hw / K_hw
//
//   backward   d_s_hw = d_y_hw / K_hw
//              d_x_ij += Σ d_s_hw over the windows hw that (i, j) belongs to
//
//   One sum after the other: the rows of a window are added up to one line first, as vectors, and this line
//   serves all windows beside each other.
#pragma once

#include <stdexcept>
#include <utility>
#include <vector>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/specs/sliding_window.hpp"

namespace twin::manual {

/// None of the ranges is empty.
template <typename Scalar>
class WindowSums {
 public:
  using Ranges = std::vector<SlidingWindow::Range>;

  WindowSums() = default;
  /// `rows` and `columns`: the ranges of the windows, down and across a picture of height×width.
  WindowSums(Ranges rows, Ranges columns, Index height, Index width)
      : rows_(std::move(rows)), columns_(std::move(columns)), height_(height), line_(width) {}

  /// `x`: a picture. `sums`: one for each window, row by row.
  void sum(const Scalar* x, Scalar* sums) {
    const ConstMatrixView<Scalar> picture(x, height_, line_.size());
    for (const auto [first, last] : rows_) {
      line_ = picture.row(first);
      for (Index i = first + 1; i < last; ++i) line_ += picture.row(i);
      for (const auto [left, right] : columns_) *sums++ = line_.segment(left, right - left).sum();
    }
  }

  /// Adds what flows back into the sums to d_x, the gradient of the picture.
  void spread(const Scalar* d_sums, Scalar* d_x) {
    Eigen::Map<Matrix<Scalar>> d_picture(d_x, height_, line_.size());
    for (const auto [first, last] : rows_) {
      line_.setZero();
      for (const auto [left, right] : columns_) line_.segment(left, right - left).array() += *d_sums++;
      for (Index i = first; i < last; ++i) d_picture.row(i) += line_;
    }
  }

 private:
  Ranges rows_, columns_;
  Index height_ = 0;
  RowVector<Scalar> line_;  // as wide as the picture
};

/// What layers that average windows have in common. They differ in what a window sees, and in what its sum is
/// divided by.
template <typename Scalar>
class WindowMeans {
 public:
  using Ranges = typename WindowSums<Scalar>::Ranges;

  /// Of rank 0 before fit().
  const Extents& x_extents() const { return x_; }

  /// Makes room for N×C×H×W, of whose pictures the windows see these rows and columns; count(rows, columns)
  /// is what the sum over such ranges is divided by.
  template <typename Count>
  void fit(const Extents& x, const Ranges& rows, const Ranges& columns, const Count& count) {
    x_ = x;
    y_extents_ = Extents(x[0], x[1], rows.size(), columns.size());
    d_x_.resize(x[0] * x[1], x[2] * x[3]);
    y_.resize(d_x_.rows(), y_extents_.product(2, 4));
    counts_.resize(y_.cols());
    Index w = 0;
    for (const SlidingWindow::Range down : rows)
      for (const SlidingWindow::Range across : columns)
        counts_(w++) = Scalar(static_cast<double>(count(down, across)));
    sums_ = WindowSums<Scalar>(rows, columns, x[2], x[3]);
  }

  /// x: of the extents of fit(). Returns y: N×C×H'×W', valid until the next call.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
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
    if (x_.rank() == 0) throw std::logic_error("WindowMeans::backward before forward");
    expect_shape(d_y.as_samples(), Activation<Scalar>(y_, y_extents_).as_samples(),
                 "WindowMeans::backward d_y");
    const ConstMatrixView<Scalar> d(d_y.data(), y_.rows(), y_.cols());
    d_x_.setZero();
    for (Index p = 0; p < d.rows(); ++p) {
      share_ = d.row(p).cwiseQuotient(counts_);
      sums_.spread(share_.data(), d_x_.row(p).data());
    }
    return {d_x_, x_};
  }

 private:
  Extents x_, y_extents_;
  WindowSums<Scalar> sums_;
  RowVector<Scalar> counts_, share_;  // H'·W'
  Matrix<Scalar> y_, d_x_;            // (N·C)×(H'·W'), (N·C)×(H·W)
};

}  // namespace twin::manual
