// Convolution of pictures (torch.nn.Conv2d; LeCun, Bottou, Bengio, Haffner 1998, "Gradient-Based Learning
// Applied to Document Recognition"; as a matrix product: Chellapilla, Puri, Simard 2006, "High Performance
// Convolutional Neural Networks for Document Processing").
//
//   forward    y_nohw = sum_cij W_ocij x_n,c,h·s+i·d-p,w·s+j·d-p + b_o
//
//   with stride s, dilation d and padding p. The kernel is not turned around: what is called a convolution is
//   a correlation. Beside the picture, x is 0.
//
//   As a product, for one picture: let row (c,i,j) of `columns` hold what tap (i,j) of channel c meets in
//   each window, a column for each window hw; and let W be the matrix O×(c,i,j). Then
//
//   forward    y_n = W·columns(x_n) + b
//
//   backward   d_weight += sum over n of d_y_n·columns(x_n)ᵀ   W_o,cij meets columns_cij,hw in every
//                                                              window of every picture
//              d_bias   += sum over n, h, w of d_y             b_o is added in every window
//              d_x_n     = columnsᵀ(Wᵀ·d_y_n)                  an input is met by several windows, under
//                                                              different taps: what flows back along each of
//                                                              these ways is added. columnsᵀ adds row (c,i,j)
//                                                              back to where columns() took it from; what it
//                                                              took from beside the picture goes nowhere
//
//   With G groups, this holds for each of them by itself: O/G rows of W and C/G channels of x.
//
//   caches     a view on x (N×C×H×W); columns() is done again on the way back, for they are as many times
//              larger than x as the kernel has taps
#pragma once

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/layers/conv2d.hpp"

namespace twin::manual {

/// Maps N×C×H×W to N×O×H'×W'. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class Conv2d {
 public:
  static constexpr const char* forward_formula = "yₙ = W·columns(xₙ) + b";
  static constexpr const char* backward_formula = "d_xₙ = columnsᵀ(Wᵀ·d_yₙ)";
  static constexpr const char* parameter_formulas[] = {"d_W = Σₙ d_yₙ·columns(xₙ)ᵀ", "d_b = Σₙₕᵥ d_yₙₕᵥ"};

  /// Weights and biases are 0; without a bias they have no element. Throws LayerError for sizes that make no
  /// sense.
  explicit Conv2d(const Conv2dSpec& spec) : spec_(spec) {
    spec.validate();
    weight.setZero(spec.out_channels, spec.taps());
    bias.setZero(spec.bias ? spec.out_channels : 0);
    d_weight = weight;
    d_bias = bias;
  }

  /// x: N×C×H×W, unchanged until backward(). Returns y: N×O×H'×W', valid until the next call. Throws
  /// LayerError when C differs or no window fits.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    fit(x.extents());
    x_ = x;
    for (Index n = 0; n < x[0]; ++n) {
      unfold(x.as_samples().row(n).data());
      for (Index g = 0; g < spec_.groups; ++g) {
        auto y = output(y_, n, g);
        set_product(y, group(weight, g), group(columns_, g));
        if (bias.size() > 0) y.colwise() += group_of(bias, g).transpose();
      }
    }
    return {y_, y_extents_};
  }

  /// d_y: N×O×H'×W', the gradient of the loss by y. Returns d_x: N×C×H×W; adds to d_weight and d_bias. Throws
  /// ShapeError when d_y has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    d_columns_.resize(columns_.rows(), columns_.cols());
    d_x_.setZero(x_[0], x_.as_samples().cols());
    for (Index n = 0; n < x_[0]; ++n) {
      for (Index g = 0; g < spec_.groups; ++g)
        set_product(group(d_columns_, g), group(weight, g).transpose(), output(d_y, n, g));
      fold(d_x_.row(n).data());
    }
    return {d_x_, x_.extents()};
  }

  /// backward() without d_x, for the first layer of a network that is being trained.
  void backward_parameters(const Activation<Scalar>& d_y) {
    if (x_.empty()) throw std::logic_error("Conv2d::backward before forward");
    expect_shape(d_y.as_samples(), y_, "Conv2d::backward d_y");
    if (!has_gradient_) d_bias.setZero();
    for (Index n = 0; n < x_[0]; ++n) {
      unfold(x_.as_samples().row(n).data());
      for (Index g = 0; g < spec_.groups; ++g) {
        const auto d = output(d_y, n, g);
        set_product(group(d_weight, g), d, group(columns_, g).transpose(), has_gradient_ || n > 0);
        if (bias.size() > 0) group_of(d_bias, g) += d.rowwise().sum().transpose();
      }
    }
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    const std::vector<ParameterSpec> specs = spec_.parameters();
    return std::tuple(
        parameter(join(name, "weight"), specs[0].shape, ParameterRole::weight, weight, d_weight),
        parameter(join(name, "bias"), {bias.size()}, ParameterRole::bias, bias, d_bias));
  }

  Matrix<Scalar> weight, d_weight;  // O×(C/G·kernel)
  RowVector<Scalar> bias, d_bias;   // O

 private:
  // Makes room for x of these extents. The elements of `columns` that stand for padding are set to 0 here,
  // and never written again.
  void fit(const Extents& x) {
    if (x == x_.extents()) return;
    y_extents_ = Extents(spec_.output_shape(x.shape()));
    y_.resize(y_extents_[0], y_extents_.product(1, 4));
    columns_.setZero(spec_.groups * spec_.taps(), y_extents_.product(2, 4));
    const auto [down, across] = spec_.windows();
    down_.clear();
    across_.clear();
    for (Index i = 0; i < down.kernel_size; ++i) down_.push_back(down.windows_on_inputs(i, x[2]));
    for (Index j = 0; j < across.kernel_size; ++j) across_.push_back(across.windows_on_inputs(j, x[3]));
  }

  // Calls run(k, hw, i, count) for every stretch of a picture that columns() copies: row k of the columns
  // holds, from window hw on, the picture's values i, i + stride, …, so many of them.
  template <typename Run>
  void for_each_run(const Extents& x, const Run& run) const {
    const auto [down, across] = spec_.windows();
    Index k = 0;
    for (Index c = 0; c < x[1]; ++c)
      for (Index i = 0; i < down.kernel_size; ++i)
        for (Index j = 0; j < across.kernel_size; ++j, ++k) {
          const auto [first_h, last_h] = down_[static_cast<std::size_t>(i)];
          const auto [first_w, last_w] = across_[static_cast<std::size_t>(j)];
          for (Index h = first_h; h < last_h; ++h)
            run(k, h * y_extents_[3] + first_w,
                (c * x[2] + down.input(h, i)) * x[3] + across.input(first_w, j), last_w - first_w);
        }
  }

  void unfold(const Scalar* picture) {
    const Index stride = spec_.stride[1];
    for_each_run(x_.extents(), [&](Index k, Index hw, Index i, Index count) {
      Scalar* to = &columns_(k, hw);
      for (Index m = 0; m < count; ++m) to[m] = picture[i + m * stride];
    });
  }

  void fold(Scalar* d_picture) {
    const Index stride = spec_.stride[1];
    for_each_run(x_.extents(), [&](Index k, Index hw, Index i, Index count) {
      const Scalar* from = &d_columns_(k, hw);
      for (Index m = 0; m < count; ++m) d_picture[i + m * stride] += from[m];
    });
  }

  // The g-th of the groups that the rows of a matrix fall into, or the entries of a vector.
  template <typename M>
  auto group(M& matrix, Index g) const {
    const Index rows = matrix.rows() / spec_.groups;
    return matrix.middleRows(g * rows, rows);
  }
  auto group_of(RowVector<Scalar>& vector, Index g) const {
    const Index size = vector.size() / spec_.groups;
    return vector.segment(g * size, size);
  }

  // The output channels of group g of picture n: (O/G)×(H'·W').
  Eigen::Map<Matrix<Scalar>> output(Matrix<Scalar>& y, Index n, Index g) const {
    const Index channels = spec_.out_channels / spec_.groups, windows = columns_.cols();
    return {y.row(n).data() + g * channels * windows, channels, windows};
  }
  ConstMatrixView<Scalar> output(const Activation<Scalar>& d_y, Index n, Index g) const {
    const Index channels = spec_.out_channels / spec_.groups, windows = columns_.cols();
    return {d_y.data() + (n * spec_.groups + g) * channels * windows, channels, windows};
  }

  Conv2dSpec spec_;
  bool has_gradient_ = false;
  Activation<Scalar> x_;                             // N×C×H×W
  Extents y_extents_;                                // N×O×H'×W'
  std::vector<SlidingWindow::Range> down_, across_;  // for each tap, the windows in which it meets x
  Matrix<Scalar> y_, d_x_;                           // N×(O·H'·W'), N×(C·H·W)
  Matrix<Scalar> columns_, d_columns_;               // (C·kernel)×(H'·W'), of one picture
};

}  // namespace twin::manual
