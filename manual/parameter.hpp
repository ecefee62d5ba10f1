// A layer's parameter beside its gradient, as an optimiser sees it.
#pragma once

#include <string>

#include "manual/matrix.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin::manual {

/// Views on values that the layer owns.
template <typename Scalar>
struct Parameter {
  std::string name;
  Shape shape;
  Eigen::Map<RowVector<Scalar>> value;
  Eigen::Map<const RowVector<Scalar>> gradient;
};

/// `value` and `gradient` are matrices or vectors of the same size.
template <typename Values>
Parameter<typename Values::Scalar> parameter(std::string name, Shape shape, Values& value,
                                             const Values& gradient) {
  using Scalar = typename Values::Scalar;
  return {std::move(name), std::move(shape), Eigen::Map<RowVector<Scalar>>(value.data(), value.size()),
          Eigen::Map<const RowVector<Scalar>>(gradient.data(), gradient.size())};
}

}  // namespace twin::manual
