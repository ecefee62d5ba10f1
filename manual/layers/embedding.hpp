// A table of vectors, looked up by index (torch.nn.Embedding; Bengio, Ducharme, Vincent, Jauvin 2003, "A
// neural probabilistic language model", 2).
//
//   forward    y_n = W_k,   k = x_n                 one row of W for every index, whatever the extents of x
//
//   backward   d_weight_k += sum over n with x_n = k of d_y_n;   nothing for the padding's k
//
//   These are the formulas of a dense layer whose input has a one-hot row for every index, without the
//   products by 0. An index that occurs several times adds a term for each place. The indices have no
//   gradient.
//
//   The row of padding_idx is an output as any other, but a constant: it stands for no word, and sequences
//   that were filled up with it must not move it.
//
//   The weight is open to other layers, under the path of this one (Scope::shared): what they yield as its
//   gradient is added to the same d_weight.
//
//   caches     a view on x (N indices)
#pragma once

#include <stdexcept>
#include <string>
#include <tuple>

#include "manual/layer.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/embedding.hpp"

namespace twin::manual {

/// Maps N indices to N×E. Gradients accumulate over calls to backward_parameters() until zero_grad().
template <typename Scalar>
class Embedding {
 public:
  static constexpr const char* forward_formula = "y = W[x]";
  static constexpr const char* backward_formula = "indices have no gradient";
  static constexpr const char* parameter_formulas[] = {"d_W[k] = Σ d_y where x = k, but for padding"};

  /// Weights are 0. Throws LayerError unless both sizes are above 0 and the padding's row is there.
  Embedding(const EmbeddingSpec& spec, const Scope<Scalar>& scope)
      : path_(scope.path), padding_(spec.padding_row()) {
    spec.validate();
    weight.value.setZero(spec.num_embeddings, spec.embedding_dim);
    weight.gradient = weight.value;
    scope.shared->emplace(scope.path, &weight);
  }
  // Others know where the weight is.
  Embedding(const Embedding&) = delete;
  Embedding& operator=(const Embedding&) = delete;

  /// x: indices of any extents, unchanged until backward_parameters(). Returns y: those extents and E, valid
  /// until the next call. Throws LayerError when an index is out of range.
  Activation<Scalar> forward(const Indices& x) {
    x_ = x;
    y_.resize(x.size(), weight.value.cols());
    for (Index n = 0; n < x.size(); ++n) {
      const std::int64_t k = x.data()[n];
      if (k < 0 || k >= weight.value.rows()) refuse_index(weight.value.rows(), k, n, path_);
      y_.row(n) = weight.value.row(k);
    }
    return {y_, x.extents().followed_by(y_.cols())};
  }

  /// d_y: N×E, the gradient of the loss by y. Adds to the weight's gradient. Throws ShapeError when d_y has
  /// not the shape of y.
  void backward_parameters(ConstMatrixView<Scalar> d_y) {
    if (x_.empty()) throw std::logic_error("Embedding::backward before forward");
    expect_shape(d_y, y_, "Embedding::backward d_y");
    if (!weight.has_gradient) weight.gradient.setZero();
    for (Index n = 0; n < d_y.rows(); ++n) {
      const std::int64_t k = x_.data()[n];
      if (k != padding_) weight.gradient.row(k) += d_y.row(n);
    }
    weight.has_gradient = true;
  }

  /// The next use of the weight, here or elsewhere, sets its gradient, instead of adding to it; until then it
  /// is what it was.
  void zero_grad() { weight.has_gradient = false; }

  auto parameters(const std::string& name) {
    return std::tuple(parameter(name + ".weight", {weight.value.rows(), weight.value.cols()},
                                ParameterRole::weight, weight.value, weight.gradient));
  }

  SharedWeight<Scalar> weight;  // V×E

 private:
  std::string path_;
  std::int64_t padding_;  // its row, or -1
  Indices x_;
  Matrix<Scalar> y_;  // N×E
};

}  // namespace twin::manual
