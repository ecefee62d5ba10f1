// Layers one above the other, each of one direction or of two: what torch.nn.RNN, GRU and LSTM are beside
// their cells (Schuster, Paliwal 1997, "Bidirectional recurrent neural networks").
//
//   forward    x_0 = x;  x_l+1 = (forward_l(x_l), reverse_l(x_l));  y = x_L
//
//              The reverse direction takes its steps from the last to the first. What it yields for step t
//              stands behind what the other yields for step t, so that an output knows what is before it and
//              what is behind it.
//
//   backward   d_x_l = sum over the directions of d_a·W_ih      both have read the same x_l
//
//              The columns of d_x_l+1 fall to the directions whose outputs they are.
//
//   A row of a matrix is one step of one sequence, N·T in all: the rows of a step are T apart.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "manual/activation.hpp"
#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/errors.hpp"
#include "shared/specs/layer_spec.hpp"
#include "shared/specs/recurrent.hpp"

namespace twin::manual {

/// Columns side by side of a larger matrix, all its rows.
template <typename Scalar>
using Columns = Eigen::Map<Matrix<Scalar>, 0, Eigen::OuterStride<>>;
template <typename Scalar>
using ConstColumns = Eigen::Map<const Matrix<Scalar>, 0, Eigen::OuterStride<>>;

/// One direction of one layer, less its cell. A cell derives from it and says
///   forward(x, y, …)      x: N×T×F, unchanged until backward(); sets y, (N·T)×H
///   backward(x, d_y)      adds to the gradients of weights and biases
///   inputs_backward(d_x, add)
///                         sets d_x, (N·T)×F, or adds to it; after backward()
template <typename Scalar>
class RecurrentDirection {
 public:
  /// Weights and biases are 0; without a bias these have no element.
  RecurrentDirection(const RecurrentStack& stack, Index layer, bool reverse)
      : end_(RecurrentStack::suffix(layer, reverse)), hidden_(stack.hidden_size), reverse_(reverse) {
    const Index rows = stack.gates * stack.hidden_size;
    weight_ih.setZero(rows, stack.inputs_of(layer));
    weight_hh.setZero(rows, stack.hidden_size);
    bias_ih.setZero(stack.bias ? rows : 0);
    d_weight_ih = weight_ih;
    d_weight_hh = weight_hh;
    bias_hh = d_bias_ih = d_bias_hh = bias_ih;
  }

  void zero_grad() { has_gradient_ = false; }

  void collect(const std::string& name, std::vector<Parameter<Scalar>>& all) {
    const auto add = [&](const char* kind, ParameterRole role, auto& value, auto& gradient, Shape shape) {
      all.push_back(parameter(join(name, kind + end_), std::move(shape), role, value, gradient));
    };
    add("weight_ih", ParameterRole::weight, weight_ih, d_weight_ih, {weight_ih.rows(), weight_ih.cols()});
    add("weight_hh", ParameterRole::weight, weight_hh, d_weight_hh, {weight_hh.rows(), weight_hh.cols()});
    add("bias_ih", ParameterRole::bias, bias_ih, d_bias_ih, {bias_ih.size()});
    add("bias_hh", ParameterRole::bias, bias_hh, d_bias_hh, {bias_hh.size()});
  }

  Matrix<Scalar> weight_ih, d_weight_ih;                     // G·H×F
  Matrix<Scalar> weight_hh, d_weight_hh;                     // G·H×H
  RowVector<Scalar> bias_ih, d_bias_ih, bias_hh, d_bias_hh;  // G·H

 protected:
  // x: what at() counts the steps of.
  void begin(const Activation<Scalar>& x) {
    sequences_ = x[0];
    steps_ = x[1];
  }

  // The rows of the s-th step that is taken, one of each sequence.
  template <typename M>
  auto at(M& of_all, Index s) const {
    constexpr bool kConst = std::is_const_v<std::remove_pointer_t<decltype(of_all.data())>>;
    using Rows = std::conditional_t<kConst, ConstColumns<Scalar>, Columns<Scalar>>;
    const Index t = reverse_ ? steps_ - 1 - s : s, stride = of_all.outerStride();
    return Rows(of_all.data() + t * stride, sequences_, of_all.cols(), Eigen::OuterStride<>(steps_ * stride));
  }

  // sums (+)= the sum over the rows of d.
  void add_rows(RowVector<Scalar>& sums, const Matrix<Scalar>& d) const {
    if (sums.size() == 0) return;
    if (!has_gradient_) sums.setZero();
    for (Index row = 0; row < d.rows(); ++row) sums += d.row(row);
  }

  template <typename Values>
  static void sigmoid(Values&& a) {
    a = (Scalar(1) + (-a.array()).exp()).inverse();
  }

  std::string end_;  // of its parameters' names
  Index hidden_;
  bool reverse_;
  Index sequences_ = 0, steps_ = 0;  // N, T
  bool has_gradient_ = false;
};

/// Maps N×T×F to N×T×H, or N×T×H·2. Gradients accumulate over calls to backward() until zero_grad().
template <typename Scalar, typename Direction>
class RecurrentLayers {
 public:
  /// `options` go to every direction. Throws LayerError unless all sizes are above 0.
  template <typename... Options>
  explicit RecurrentLayers(const RecurrentStack& stack, const Options&... options) : stack_(stack) {
    stack.validate();
    for (Index layer = 0; layer < stack.num_layers; ++layer)
      for (Index d = 0; d < stack.directions(); ++d)
        directions_.push_back(std::make_unique<Direction>(stack, layer, d > 0, options...));
    const auto count = static_cast<std::size_t>(stack.num_layers);
    x_.resize(count);
    y_.resize(count);
    d_x_.resize(count);
  }

  /// d_y: the gradient of the loss by y. Returns d_x: N×T×F; adds to the gradients of weights and biases.
  /// Throws ShapeError when d_y has not the shape of y.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) {
    backward_parameters(d_y);
    return inputs_backward(0);
  }

  void backward_parameters(const Activation<Scalar>& d_y) {
    if (x_.front().empty()) throw std::logic_error("RecurrentLayers::backward before forward");
    expect_shape(d_y.as_matrix(), y_.back(), "RecurrentLayers::backward d_y");
    Activation<Scalar> d_above = d_y;
    for (std::size_t layer = x_.size(); layer-- > 0;) {
      for (Index d = 0; d < stack_.directions(); ++d)
        direction(layer, d).backward(x_[layer], columns_of<ConstColumns<Scalar>>(d_above.data(), d));
      if (layer > 0) d_above = inputs_backward(layer);
    }
  }

  /// The next backward() sets the gradients, instead of adding to them; until then they are what they were.
  void zero_grad() {
    for (const auto& direction : directions_) direction->zero_grad();
  }

  std::vector<Parameter<Scalar>> parameters(const std::string& name) {
    std::vector<Parameter<Scalar>> all;
    for (const auto& direction : directions_) direction->collect(name, all);
    return all;
  }

  Direction& direction(std::size_t layer, Index d) {
    return *directions_[layer * static_cast<std::size_t>(stack_.directions()) + static_cast<std::size_t>(d)];
  }

 protected:
  // x: N×T×F, unchanged until backward(). Returns y, valid until the next call. `more` goes to every
  // direction. Throws LayerError when F differs.
  template <typename... More>
  Activation<Scalar> run(const Activation<Scalar>& x, const More&... more) {
    if (x.extents().rank() != 3 || x[2] != stack_.input_size)
      refuse_shape("N×T×" + std::to_string(stack_.input_size), x.extents().shape());
    Activation<Scalar> below = x;
    for (std::size_t layer = 0; layer < x_.size(); ++layer) {
      x_[layer] = below;
      y_[layer].resize(x[0] * x[1], stack_.outputs());
      for (Index d = 0; d < stack_.directions(); ++d)
        direction(layer, d).forward(below, columns_of<Columns<Scalar>>(y_[layer].data(), d), more...);
      below = {y_[layer], x.extents().with_last(stack_.outputs())};
    }
    return below;
  }

 private:
  // What direction d yields, or is given back, of (N·T)×outputs.
  template <typename View, typename Value>
  View columns_of(Value* values, Index d) const {
    return View(values + d * stack_.hidden_size, x_.front()[0] * x_.front()[1], stack_.hidden_size,
                Eigen::OuterStride<>(stack_.outputs()));
  }

  Activation<Scalar> inputs_backward(std::size_t layer) {
    for (Index d = 0; d < stack_.directions(); ++d)
      direction(layer, d).inputs_backward(d_x_[layer], /*add=*/d > 0);
    return {d_x_[layer], x_[layer].extents()};
  }

  RecurrentStack stack_;
  std::vector<std::unique_ptr<Direction>> directions_;  // layer by layer
  std::vector<Activation<Scalar>> x_;                   // of each layer, N×T×F
  std::vector<Matrix<Scalar>> y_, d_x_;                 // of each layer, (N·T)×outputs and (N·T)×F
};

}  // namespace twin::manual
