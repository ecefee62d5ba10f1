// A picture in another size (torch.nn.Upsample, modes "nearest" and "bilinear").
//
//   Output row h lies at a position q of the input rows, and so across, with f the scale_factor:
//
//     nearest                   q = h/f, rounded down
//     bilinear                  q = (h + ½)/f - ½, at least 0: the centres of the elements are compared,
//                               and these lie half an element from their corners
//     bilinear, align_corners   q = h·(H - 1)/(H' - 1): first lies on first and last on last
//
//   forward    nearest:   y_hw = x_ij, with the i of row h and the j of column w
//              bilinear:  y_hw = (1 - a)·((1 - b)·x_i,j + b·x_i,j+1) + a·((1 - b)·x_i+1,j + b·x_i+1,j+1)
//                         i = ⌊q⌋, a = q - i; j and b across. Behind the last row and column comes the last
//                         once more
//
//   That is y = R·x·Cᵀ for each picture: every row of R, H'×H, holds the shares of one or two rows of x,
//   every row of C, W'×W, those of one or two columns. So
//
//   backward   d_x = Rᵀ·d_y·C
//
//   What an output took from an input with a share flows back to it with the same share. An input that is in
//   several outputs gets the sum of theirs, not the mean.
//
//   Where a factor is not the quotient of the sizes, for ⌊H·f⌋ rounds, positions go by the factor, as in
//   PyTorch; bilinear takes a side whose size does not change as it is. Nearest's positions are computed in
//   float32, whatever the dtype: where h/f is a whole number but 1/f is rounded, both sides must round alike.
//
//   caches     nothing but shapes, positions and shares: the derivative does not depend on x
//
//   accuracy   nearest: y exact, nothing is rounded
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/upsample.hpp"

namespace twin::manual {

template <typename Scalar>
class Upsample {
 public:
  static constexpr const char* forward_formula = "y = R·x·Cᵀ";
  static constexpr const char* backward_formula = "d_x = Rᵀ·d_y·C";

  /// Throws LayerError for factors that make no sense.
  explicit Upsample(const UpsampleSpec& spec) : spec_(spec) { spec.validate(); }

  /// x: N×C×H×W. Returns y: N×C×H'×W', valid until the next call. Throws LayerError when nothing is left of a
  /// side.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    fit(x.extents());
    for (Index p = 0; p < pictures(); ++p) {
      const ConstMatrixView<Scalar> from(x.data() + p * x_.product(2, 4), x_[2], x_[3]);
      auto to = picture(y_, p, y_extents_);
      if (spec_.mode == UpsampleMode::nearest)
        repeat(from, to);
      else
        mix(from, to);
    }
    return {y_, y_extents_};
  }

  /// d_y: N×C×H'×W', the gradient of the loss by y. Returns d_x: N×C×H×W. Throws ShapeError when d_y has not
  /// the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    if (x_.rank() == 0) throw std::logic_error("Upsample::backward before forward");
    expect_shape(d_y.as_samples(), Activation<Scalar>(y_, y_extents_).as_samples(), "Upsample::backward d_y");
    d_x_.setZero();
    for (Index p = 0; p < pictures(); ++p) {
      const ConstMatrixView<Scalar> from(d_y.data() + p * y_extents_.product(2, 4), y_extents_[2],
                                         y_extents_[3]);
      auto to = picture(d_x_, p, x_);
      if (spec_.mode == UpsampleMode::nearest)
        gather(from, to);
      else
        share_out(from, to);
    }
    return {d_x_, x_};
  }

 private:
  // A row of R, or of C: (1 - share) for `lower`, share for `upper`. Nearest takes `lower` alone.
  struct Sources {
    Index lower, upper;
    Scalar share;
  };
  using Picture = Eigen::Map<Matrix<Scalar>>;

  void repeat(const ConstMatrixView<Scalar>& x, Picture y) {
    for (Index h = 0; h < y.rows(); ++h) {
      const auto from = x.row(row(h).lower);
      for (Index w = 0; w < y.cols(); ++w) y(h, w) = from(column(w).lower);
    }
  }

  void gather(const ConstMatrixView<Scalar>& d_y, Picture d_x) {
    for (Index h = 0; h < d_y.rows(); ++h) {
      auto to = d_x.row(row(h).lower);
      for (Index w = 0; w < d_y.cols(); ++w) to(column(w).lower) += d_y(h, w);
    }
  }

  // Down first, in whole rows, then across.
  void mix(const ConstMatrixView<Scalar>& x, Picture y) {
    for (Index h = 0; h < y.rows(); ++h) {
      const auto& [above, below, a] = row(h);
      line_ = x.row(above) * (Scalar(1) - a) + x.row(below) * a;
      for (Index w = 0; w < y.cols(); ++w) {
        const auto& [left, right, b] = column(w);
        y(h, w) = line_(left) * (Scalar(1) - b) + line_(right) * b;
      }
    }
  }

  void share_out(const ConstMatrixView<Scalar>& d_y, Picture d_x) {
    for (Index h = 0; h < d_y.rows(); ++h) {
      line_.setZero(d_x.cols());
      for (Index w = 0; w < d_y.cols(); ++w) {
        const auto& [left, right, b] = column(w);
        line_(left) += d_y(h, w) * (Scalar(1) - b);
        line_(right) += d_y(h, w) * b;
      }
      const auto& [above, below, a] = row(h);
      d_x.row(above) += line_ * (Scalar(1) - a);
      d_x.row(below) += line_ * a;
    }
  }

  // Makes room for x of these extents, and notes where each output comes from.
  void fit(const Extents& x) {
    if (x == x_) return;
    y_extents_ = Extents(spec_.output_shape(x.shape()));
    x_ = x;
    d_x_.resize(pictures(), x.product(2, 4));
    y_.resize(pictures(), y_extents_.product(2, 4));
    for (int axis = 0; axis < 2; ++axis) {
      std::vector<Sources>& all = sources_[static_cast<std::size_t>(axis)];
      all.clear();
      for (Index o = 0; o < y_extents_[2 + axis]; ++o) all.push_back(sources(axis, o));
    }
  }

  Sources sources(int axis, Index o) const {
    const Index last = x_[2 + axis] - 1;
    if (spec_.mode == UpsampleMode::nearest) {
      const auto step = static_cast<float>(1 / spec_.scale_factor[static_cast<std::size_t>(axis)]);
      const Index i = std::min(static_cast<Index>(std::floor(static_cast<float>(o) * step)), last);
      return {i, i, Scalar(0)};
    }
    // The whole part is that of the exact position, or next to it, where the share is 0 or 1 but for
    // rounding.
    using std::max;
    const Index lower = std::min(static_cast<Index>(std::floor(position<double>(axis, o))), last);
    const Scalar share = max(position<Scalar>(axis, o) - Scalar(static_cast<double>(lower)), Scalar(0));
    return {lower, std::min(lower + 1, last), share};
  }

  // Of output o between the inputs.
  template <typename T>
  T position(int axis, Index o) const {
    using std::max;
    const auto inputs = static_cast<double>(x_[2 + axis]),
               outputs = static_cast<double>(y_extents_[2 + axis]);
    if (inputs == outputs) return T(static_cast<double>(o));
    if (!spec_.align_corners) {
      const T step = T(1) / T(spec_.scale_factor[static_cast<std::size_t>(axis)]);
      return max(T(static_cast<double>(o) + 0.5) * step - T(0.5), T(0));
    }
    return outputs > 1 ? T(static_cast<double>(o)) * (T(inputs - 1) / T(outputs - 1)) : T(0);
  }

  const Sources& row(Index h) const { return sources_[0][static_cast<std::size_t>(h)]; }
  const Sources& column(Index w) const { return sources_[1][static_cast<std::size_t>(w)]; }
  Index pictures() const { return x_[0] * x_[1]; }
  static Picture picture(Matrix<Scalar>& all, Index p, const Extents& extents) {
    return {all.row(p).data(), extents[2], extents[3]};
  }

  UpsampleSpec spec_;
  Extents x_, y_extents_;
  std::array<std::vector<Sources>, 2> sources_;  // of each row and each column of y
  RowVector<Scalar> line_;                       // W
  Matrix<Scalar> y_, d_x_;                       // (N·C)×(H'·W'), (N·C)×(H·W)
};

}  // namespace twin::manual
