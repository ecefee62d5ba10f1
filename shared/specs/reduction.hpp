// PyTorch's `reduction`: how a loss makes one number of the losses of its elements.
#pragma once

#include <cstdint>

namespace twin {

enum class Reduction { mean, sum };

/// What the sum over `count` elements is divided by.
constexpr double divisor(Reduction reduction, std::int64_t count) {
  return reduction == Reduction::mean ? static_cast<double>(count) : 1.0;
}

/// For a list of hyperparameters: 1 or 0.
constexpr double is_sum(Reduction reduction) { return reduction == Reduction::sum ? 1 : 0; }

}  // namespace twin
