// The softmax over the last extent (torch.nn.Softmax with dim=-1).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y_k = exp(x_k) / Σ exp(x_i): each row becomes a distribution.
struct SoftmaxSpec {
  static constexpr bool keeps_outputs = true;  // dy_k/dx_i = y_k·([k = i] - y_i)
  bool operator==(const SoftmaxSpec&) const = default;

  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
