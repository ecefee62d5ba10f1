// Sums over the windows of a picture, for layers that average them. A window is a range of rows by a range of
// columns.
//
//   forward    s_hw   = Σ x_ij over the rows i of window h and the columns j of window w
//
//   backward   d_x_ij += Σ d_s_hw over the windows hw that (i, j) belongs to
//
//   One sum after the other: the rows of a window are added up to one line first, as vectors, and this line
//   serves all windows beside each other.
#pragma once

#include <utility>
#include <vector>

#include "manual/matrix.hpp"
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

}  // namespace twin::manual
