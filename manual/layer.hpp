// Any layer of manual/layers. To add one: its specification in shared/specs, its header in manual/layers and
// autograd/layers, its test in tests/layers, and one name in each list like the one below.
#pragma once

#include <variant>

#include "manual/layers/dense.hpp"
#include "manual/layers/sigmoid.hpp"
#include "shared/specs/network_spec.hpp"

namespace twin::manual {

template <typename Scalar>
using Layer = std::variant<Dense<Scalar>, Sigmoid<Scalar>>;

template <typename Scalar>
Layer<Scalar> make_layer(const DenseSpec& spec) {
  return Dense<Scalar>(spec);
}
template <typename Scalar>
Layer<Scalar> make_layer(const SigmoidSpec& spec) {
  return Sigmoid<Scalar>(spec);
}

}  // namespace twin::manual
