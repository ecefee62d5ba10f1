// Convolution of sequences (torch.nn.Conv1d; Waibel, Hanazawa, Hinton, Shikano, Lang 1989, "Phoneme
// recognition using time-delay neural networks"; as a matrix product: Chellapilla, Puri, Simard 2006, "High
// Performance Convolutional Neural Networks for Document Processing").
//
//   forward    y_nol = sum_ck W_ock x_n,c,l·s+k·d-p + b_o
//
//   with stride s, dilation d and padding p. The kernel is not turned around: what is called a convolution is
//   a correlation. Beside the sequence, x is 0.
//
//   As a product, for one sequence: let row (c,k) of `columns` hold what tap k of channel c meets in each
//   window, a column for each window l; and let W be the matrix O×(c,k). Then
//
//   forward    y_n = W·columns(x_n) + b
//
//   backward   d_weight += sum over n of d_y_n·columns(x_n)ᵀ   W_o,ck meets columns_ck,l in every window of
//                                                              every sequence
//              d_bias   += sum over n, l of d_y                b_o is added in every window
//              d_x_n     = columnsᵀ(Wᵀ·d_y_n)                  an input is met by several windows, under
//                                                              different taps: what flows back along each of
//                                                              these ways is added. columnsᵀ adds row (c,k)
//                                                              back to where columns() took it from; what it
//                                                              took from beside the sequence goes nowhere
//
//   With G groups, this holds for each of them by itself: O/G rows of W and C/G channels of x. A kernel of
//   one tap without stride and padding takes the sequence as it is: columns(x) = x, and nothing is copied.
//
//   caches     a view on x (N×C×L); columns() is done again on the way back, for they are as many times
//              larger than x as the kernel has taps
#pragma once

#include <stdexcept>
#include <tuple>
#include <vector>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/layers/conv1d.hpp"

namespace twin::manual {

/// Maps N×C×L to N×O×L'. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar>
class Conv1d {
 public:
  static constexpr const char* forward_formula = "yₙ = W·columns(xₙ) + b";
  static constexpr const char* backward_formula = "d_xₙ = columnsᵀ(Wᵀ·d_yₙ)";
  static constexpr const char* parameter_formulas[] = {"d_W = Σₙ d_yₙ·columns(xₙ)ᵀ", "d_b = Σₙₗ d_yₙₗ"};

  /// Weights and biases are 0; without a bias they have no element. Throws LayerError for sizes that make no
  /// sense.
  explicit Conv1d(const Conv1dSpec& spec) : spec_(spec) {
    spec.validate();
    weight.setZero(spec.out_channels, spec.taps());
    bias.setZero(spec.bias ? spec.out_channels : 0);
    d_weight = weight;
    d_bias = bias;
  }

  /// x: N×C×L, unchanged until backward(). Returns y: N×O×L', valid until the next call. Throws LayerError
  /// when C differs or no window fits.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    fit(x.extents());
    x_ = x;
    for (Index n = 0; n < x[0]; ++n) {
      const ConstMatrixView<Scalar> columns = columns_of(n);
      for (Index g = 0; g < spec_.groups; ++g) {
        Eigen::Map<Matrix<Scalar>> y(y_.row(n).data() + g * outputs_per_group(), outs_, windows_);
        set_product(y, group(weight, g), group(columns, g));
        if (bias.size() > 0) y.colwise() += bias.segment(g * outs_, outs_).transpose();
      }
    }
    return {y_, y_extents_};
  }

  /// d_y: N×O×L', the gradient of the loss by y. Returns d_x: N×C×L; adds to d_weight and d_bias. Throws
  /// ShapeError when d_y has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    d_columns_.resize(spec_.groups * spec_.taps(), windows_);
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
    if (x_.empty()) throw std::logic_error("Conv1d::backward before forward");
    expect_shape(d_y.as_samples(), y_, "Conv1d::backward d_y");
    if (!has_gradient_) d_bias.setZero();
    for (Index n = 0; n < x_[0]; ++n) {
      const ConstMatrixView<Scalar> columns = columns_of(n);
      for (Index g = 0; g < spec_.groups; ++g) {
        const auto d = output(d_y, n, g);
        set_product(group(d_weight, g), d, group(columns, g).transpose(), has_gradient_ || n > 0);
        if (bias.size() > 0) d_bias.segment(g * outs_, outs_) += d.rowwise().sum().transpose();
      }
    }
    has_gradient_ = true;
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() { has_gradient_ = false; }

  auto parameters(const std::string& name) {
    return std::tuple(
        parameter(join(name, "weight"), spec_.parameters()[0].shape, ParameterRole::weight, weight, d_weight),
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
    outs_ = spec_.out_channels / spec_.groups;
    windows_ = y_extents_[2];
    y_.resize(y_extents_[0], y_extents_.product(1, 3));
    is_its_columns_ = spec_.kernel_size == 1 && spec_.stride == 1 && spec_.padding == 0;
    if (!is_its_columns_) columns_.setZero(spec_.groups * spec_.taps(), windows_);
    ranges_.clear();
    for (Index k = 0; k < spec_.kernel_size; ++k)
      ranges_.push_back(spec_.window().windows_on_inputs(k, x[2]));
  }

  // columns(x_n): (C·kernel)×L'.
  ConstMatrixView<Scalar> columns_of(Index n) {
    const Scalar* sequence = x_.as_samples().row(n).data();
    if (is_its_columns_) return {sequence, spec_.in_channels, windows_};
    for_each_run([&](Index row, Index l, Index i, Index count) {
      Scalar* to = &columns_(row, l);
      for (Index m = 0; m < count; ++m) to[m] = sequence[i + m * spec_.stride];
    });
    return columns_;
  }

  void fold(Scalar* d_sequence) const {
    for_each_run([&](Index row, Index l, Index i, Index count) {
      const Scalar* from = &d_columns_(row, l);
      for (Index m = 0; m < count; ++m) d_sequence[i + m * spec_.stride] += from[m];
    });
  }

  // Calls run(row, l, i, count) for every stretch of a sequence that columns() copies: the row of the columns
  // holds, from window l on, the values i, i + stride, …, so many of them.
  template <typename Run>
  void for_each_run(const Run& run) const {
    Index row = 0;
    for (Index c = 0; c < spec_.in_channels; ++c)
      for (Index k = 0; k < spec_.kernel_size; ++k, ++row) {
        const auto [first, last] = ranges_[static_cast<std::size_t>(k)];
        if (first < last) run(row, first, c * x_[2] + spec_.window().input(first, k), last - first);
      }
  }

  // The g-th of the groups that the rows of a matrix fall into.
  template <typename M>
  auto group(M& matrix, Index g) const {
    const Index rows = matrix.rows() / spec_.groups;
    return matrix.middleRows(g * rows, rows);
  }

  Index outputs_per_group() const { return outs_ * windows_; }
  // The output channels of group g of sequence n: (O/G)×L'.
  ConstMatrixView<Scalar> output(const Activation<Scalar>& d_y, Index n, Index g) const {
    return {d_y.data() + (n * spec_.groups + g) * outputs_per_group(), outs_, windows_};
  }

  Conv1dSpec spec_;
  bool has_gradient_ = false, is_its_columns_ = false;
  Activation<Scalar> x_;                      // N×C×L
  Extents y_extents_;                         // N×O×L'
  Index outs_ = 0, windows_ = 0;              // O/G, L'
  std::vector<SlidingWindow::Range> ranges_;  // for each tap, the windows in which it meets x
  Matrix<Scalar> y_, d_x_;                    // N×(O·L'), N×(C·L)
  Matrix<Scalar> columns_, d_columns_;        // (C·kernel)×L', of one sequence
};

}  // namespace twin::manual
