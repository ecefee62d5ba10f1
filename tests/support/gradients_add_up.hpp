// What a manual layer does with the gradients of several uses.
#pragma once

#include <gtest/gtest.h>
#include <vector>

#include "manual/matrix.hpp"

namespace twin {

/// Fails unless the gradients of `layer`, which `read` copies, add up over calls of `backward` until
/// zero_grad().
template <typename Layer, typename Backward, typename Read>
void expect_gradients_add_up(Layer& layer, const Backward& backward, const Read& read) {
  backward();
  const std::vector<manual::Matrix<double>> once = read();
  backward();
  const std::vector<manual::Matrix<double>> twice = read();
  layer.zero_grad();
  backward();
  const std::vector<manual::Matrix<double>> again = read();
  for (std::size_t k = 0; k < once.size(); ++k) {
    EXPECT_TRUE(twice[k].isApprox(2 * once[k], 1e-14)) << k;
    EXPECT_TRUE(again[k] == once[k]) << k;
  }
}

}  // namespace twin
