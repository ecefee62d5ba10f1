// What a manual layer does with the gradients of several uses.
#pragma once

#include <gtest/gtest.h>
#include <tuple>

namespace twin {

/// Fails unless `gradients`, which are members of `layer`, add up over calls of `backward` until zero_grad().
template <typename Layer, typename Backward, typename... Gradients>
void expect_gradients_add_up(Layer& layer, const Backward& backward, const Gradients&... gradients) {
  backward();
  const std::tuple<Gradients...> once(gradients...);
  backward();
  std::apply([&](const auto&... g) { (EXPECT_TRUE(gradients.isApprox(2 * g, 1e-14)), ...); }, once);
  layer.zero_grad();
  backward();
  std::apply([&](const auto&... g) { (EXPECT_EQ(gradients, g), ...); }, once);
}

}  // namespace twin
