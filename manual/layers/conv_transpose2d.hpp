// Transposed convolution of pictures (torch.nn.ConvTranspose2d; Zeiler, Krishnan, Taylor, Fergus 2010,
// "Deconvolutional Networks"; its arithmetic: Dumoulin, Visin 2016, "A guide to convolution arithmetic for
// deep learning", 4).
//
//   forward    y_n,o,h·s+i·d-p,w·s+j·d-p += sum_c W_coij x_nchw,  on y = b_o at first
//
//   with stride s, dilation d and padding p: each input is multiplied by the kernel and laid over a window of
//   the outputs; where windows overlap, they add. What falls beside the picture is cut off.
//
//   This is how a convolution of O to C channels takes its gradient back. So, for one picture: let row
//   (o,i,j) of columns(y) hold what tap (i,j) of channel o meets in each window on y, a column for each input
//   hw; columnsᵀ adds such rows back to where columns() takes them from. Let W be the matrix C×(o,i,j). Then
//
//   forward    y_n = columnsᵀ(Wᵀ·x_n) + b
//
//   backward   d_x_n     = W·columns(d_y_n)                     an input is in all outputs of its window: the
//                                                               way back is a convolution
//              d_weight += sum over n of x_n·columns(d_y_n)ᵀ    W_c,oij is laid over the outputs once for
//              each
//                                                               input of every picture
//              d_bias   += sum over n, h, w of d_y              b_o is in every output, those included that
//              no
//                                                               window meets
//
//   With G groups, this holds for each of them by itself: C/G rows of W and of x, O/G channels of y.
//
//   caches     a view on x (N×C×H×W)
#pragma once

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <vector>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/layers/conv_transpose2d.hpp"

namespace twin::manual {

/// Maps N×C×H×W to N×O×H'×W'. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class ConvTranspose2d {
 public:
  static constexpr const char* forward_formula = "yₙ = columnsᵀ(Wᵀ·xₙ) + b";
  static constexpr const char* backward_formula = "d_xₙ = W·columns(d_yₙ)";
  static constexpr const char* parameter_formulas[] = {"d_W = Σₙ xₙ·columns(d_yₙ)ᵀ", "d_b = Σₙₕᵥ d_yₙₕᵥ"};

  /// Weights and biases are 0; without a bias they have no element. Throws LayerError for sizes that make no
  /// sense.
  explicit ConvTranspose2d(const ConvTranspose2dSpec& spec) : spec_(spec) {
    spec.validate();
    weight.setZero(spec.in_channels, spec.taps());
    bias.setZero(spec.bias ? spec.out_channels : 0);
    d_weight = weight;
    d_bias = bias;
  }

  /// x: N×C×H×W, unchanged until backward(). Returns y: N×O×H'×W', valid until the next call. Throws
  /// LayerError when C differs or there is no output.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    fit(x.extents());
    x_ = x;
    for (Index n = 0; n < x[0]; ++n) {
      for (Index g = 0; g < spec_.groups; ++g)
        set_product(group(columns_, g), group(weight, g).transpose(), input(x.data(), n, g));
      auto y = channels(y_.row(n).data());
      if (bias.size() > 0)
        y.colwise() = bias.transpose();
      else
        y.setZero();
      fold(y.data());
    }
    return {y_, y_extents_};
  }

  /// d_y: N×O×H'×W', the gradient of the loss by y. Returns d_x: N×C×H×W; adds to d_weight and d_bias. Throws
  /// ShapeError when d_y has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    all_backward(d_y, /*inputs_too=*/true);
    return {d_x_, x_.extents()};
  }

  /// backward() without d_x, for the first layer of a network that is being trained.
  void backward_parameters(const Activation<Scalar>& d_y) { all_backward(d_y, /*inputs_too=*/false); }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    return std::tuple(
        parameter(join(name, "weight"), spec_.parameters()[0].shape, ParameterRole::weight, weight, d_weight),
        parameter(join(name, "bias"), {bias.size()}, ParameterRole::bias, bias, d_bias));
  }

  Matrix<Scalar> weight, d_weight;  // C×(O/G·kernel)
  RowVector<Scalar> bias, d_bias;   // O

 private:
  // Makes room for x of these extents. The elements of `d_columns` that stand beside the picture are set to 0
  // here, and never written again.
  void fit(const Extents& x) {
    if (x == x_.extents()) return;
    y_extents_ = Extents(spec_.output_shape(x.shape()));
    y_.resize(y_extents_[0], y_extents_.product(1, 4));
    columns_.resize(spec_.groups * spec_.taps(), x[2] * x[3]);
    d_columns_.setZero(columns_.rows(), columns_.cols());
    // Output padding may leave room for windows that belong to no input.
    const auto ranges = [&](const SlidingWindow& window, Index inputs, Index outputs) {
      std::vector<SlidingWindow::Range> all;
      for (Index tap = 0; tap < window.kernel_size; ++tap) {
        const auto [first, last] = window.windows_on_inputs(tap, outputs);
        all.push_back({std::min(first, inputs), std::min(last, inputs)});
      }
      return all;
    };
    const auto [down, across] = spec_.windows();
    down_ = ranges(down, x[2], y_extents_[2]);
    across_ = ranges(across, x[3], y_extents_[3]);
  }

  void all_backward(const Activation<Scalar>& d_y, bool inputs_too) {
    if (x_.empty()) throw std::logic_error("ConvTranspose2d::backward before forward");
    expect_shape(d_y.as_samples(), y_, "ConvTranspose2d::backward d_y");
    if (inputs_too) d_x_.resize(x_[0], x_.as_samples().cols());
    if (!has_gradient_) d_bias.setZero();
    for (Index n = 0; n < x_[0]; ++n) {
      const Scalar* d = d_y.as_samples().row(n).data();
      unfold(d);
      for (Index g = 0; g < spec_.groups; ++g) {
        set_product(group(d_weight, g), input(x_.data(), n, g), group(d_columns_, g).transpose(),
                    has_gradient_ || n > 0);
        if (inputs_too) set_product(input(d_x_.data(), n, g), group(weight, g), group(d_columns_, g));
      }
      if (bias.size() > 0) d_bias += channels(d).rowwise().sum().transpose();
    }
    has_gradient_ = true;
  }

  // Adds the columns to the outputs of one picture.
  void fold(Scalar* y) const {
    const Index stride = spec_.stride[1];
    for_each_run([&](Index row, Index hw, Index i, Index count) {
      const Scalar* from = &columns_(row, hw);
      for (Index m = 0; m < count; ++m) y[i + m * stride] += from[m];
    });
  }

  void unfold(const Scalar* d_y) {
    const Index stride = spec_.stride[1];
    for_each_run([&](Index row, Index hw, Index i, Index count) {
      Scalar* to = &d_columns_(row, hw);
      for (Index m = 0; m < count; ++m) to[m] = d_y[i + m * stride];
    });
  }

  // Calls run(row, hw, i, count) for every stretch of the outputs that columns() meets: the row of the
  // columns holds, from input hw on, the outputs i, i + stride, …, so many of them.
  template <typename Run>
  void for_each_run(const Run& run) const {
    const auto [down, across] = spec_.windows();
    Index row = 0;
    for (Index o = 0; o < spec_.out_channels; ++o)
      for (Index i = 0; i < down.kernel_size; ++i)
        for (Index j = 0; j < across.kernel_size; ++j, ++row) {
          const auto [first_h, last_h] = down_[static_cast<std::size_t>(i)];
          const auto [first_w, last_w] = across_[static_cast<std::size_t>(j)];
          for (Index h = first_h; h < last_h && first_w < last_w; ++h)
            run(row, h * x_[3] + first_w,
                (o * y_extents_[2] + down.input(h, i)) * y_extents_[3] + across.input(first_w, j),
                last_w - first_w);
        }
  }

  // The g-th of the groups that the rows of a matrix fall into.
  template <typename M>
  auto group(M& matrix, Index g) const {
    const Index rows = matrix.rows() / spec_.groups;
    return matrix.middleRows(g * rows, rows);
  }

  // The input channels of group g of picture n: (C/G)×(H·W).
  template <typename Value>
  auto input(Value* values, Index n, Index g) const {
    using Values = std::conditional_t<std::is_const_v<Value>, const Matrix<Scalar>, Matrix<Scalar>>;
    const Index ins = spec_.in_channels / spec_.groups, positions = columns_.cols();
    return Eigen::Map<Values>(values + (n * spec_.groups + g) * ins * positions, ins, positions);
  }
  // The outputs of one picture: O×(H'·W').
  template <typename Value>
  auto channels(Value* picture) const {
    using Values = std::conditional_t<std::is_const_v<Value>, const Matrix<Scalar>, Matrix<Scalar>>;
    return Eigen::Map<Values>(picture, spec_.out_channels, y_extents_[2] * y_extents_[3]);
  }

  ConvTranspose2dSpec spec_;
  bool has_gradient_ = false;
  Activation<Scalar> x_;                             // N×C×H×W
  Extents y_extents_;                                // N×O×H'×W'
  std::vector<SlidingWindow::Range> down_, across_;  // for each tap, the inputs under which it meets y
  Matrix<Scalar> y_, d_x_;                           // N×(O·H'·W'), N×(C·H·W)
  Matrix<Scalar> columns_, d_columns_;               // (O·kernel)×(H·W), of one picture
};

}  // namespace twin::manual
