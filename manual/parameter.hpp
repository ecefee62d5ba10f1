// A layer's parameter beside its gradient, as an optimiser sees it.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "manual/matrix.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin::manual {

/// Views on values that the layer owns.
template <typename Scalar, Index Size = Eigen::Dynamic>
struct Parameter {
  std::string name;
  Shape shape;
  ParameterRole role;
  Eigen::Map<RowVector<Scalar, Size>> value;
  Eigen::Map<RowVector<Scalar, Size>> gradient;
};

/// `value` and `gradient` are matrices or vectors of the same size.
template <typename Values>
auto parameter(std::string name, Shape shape, ParameterRole role, Values& value, Values& gradient) {
  using Scalar = typename Values::Scalar;
  constexpr Index kSize = Values::SizeAtCompileTime;
  return Parameter<Scalar, kSize>{std::move(name), std::move(shape), role,
                                  Eigen::Map<RowVector<Scalar, kSize>>(value.data(), value.size()),
                                  Eigen::Map<RowVector<Scalar, kSize>>(gradient.data(), gradient.size())};
}

/// f(parameter) for each, whether they stand in a vector or, each of its own size, in a tuple.
template <typename Parameters, typename F>
void for_each_parameter(Parameters&& parameters, F&& f) {
  if constexpr (requires { parameters.begin(); })
    for (auto& parameter : parameters) f(parameter);
  else
    std::apply([&](auto&... parameter) { (f(parameter), ...); }, parameters);
}

/// What the way forward keeps from one batch to the next: running statistics, a recurrent layer's state. Its
/// shape may be known with the first batch only; until then it is empty.
template <typename Scalar>
struct Buffer {
  std::string name;
  Matrix<Scalar>* values;
  bool carried = false;  // the state of a recurrent layer, which reset_state() empties
  Shape shape = {};      // of running statistics; a carried state has the shape of `values`
};

}  // namespace twin::manual
