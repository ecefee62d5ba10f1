// The logarithm of the softmax over the last extent (torch.nn.LogSoftmax with dim=-1).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y_k = x_k - log Σ exp(x_i): the log-probabilities of each row.
struct LogSoftmaxSpec {
  static constexpr bool keeps_outputs = true;  // dy_k/dx_i = [k = i] - exp(y_i)
  bool operator==(const LogSoftmaxSpec&) const = default;

  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
