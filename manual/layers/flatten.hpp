// Several extents read as one (torch.nn.Flatten).
//
//   forward    y   = x, read in another shape
//
//   backward   d_x = d_y, read in the shape of x
//
//   All is row-major, with the batch in front, as in PyTorch: the elements already lie in the order in which
//   y has them. Nothing is moved, and nothing computed.
//
//   caches     the shapes of x and y
//
//   accuracy   exact
#pragma once

#include "manual/activation.hpp"
#include "shared/layers/flatten.hpp"

namespace twin::manual {

template <typename Scalar>
class Flatten {
 public:
  static constexpr const char* forward_formula = "y = x, flat";
  static constexpr const char* backward_formula = "d_x = d_y, in the shape of x";

  explicit Flatten(const FlattenSpec& spec) : spec_(spec) { spec.validate(); }

  /// x: of the extents that the specification names. Returns y, which is x itself. Throws LayerError when x
  /// has fewer.
  Activation<Scalar> forward(const Activation<Scalar>& x) {
    if (x.extents() != x_) {
      y_ = Extents(spec_.output_shape(x.extents().shape()));
      x_ = x.extents();
    }
    return {x.data(), y_};
  }

  /// d_y: of the shape of y, the gradient of the loss by y. Returns d_x, which is d_y itself.
  Activation<Scalar> backward(const Activation<Scalar>& d_y) const { return {d_y.data(), x_}; }

 private:
  FlattenSpec spec_;
  Extents x_, y_;
};

}  // namespace twin::manual
