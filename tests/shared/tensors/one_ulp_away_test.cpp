#include "shared/tensors/one_ulp_away.hpp"

#include <gmock/gmock.h>
#include <limits>

namespace twin {
namespace {

TEST(OneUlpAway, IsTheNextNumberOfTheDType) {
  NamedTensors tensors;
  tensors.add(Tensor("single", {2}, std::vector<float>{1, -1}));
  tensors.add(Tensor("double", {1}, std::vector<double>{1}));
  const NamedTensors moved = one_ulp_away(tensors);
  EXPECT_EQ(moved.at("single").to_doubles()[0], 1 + std::numeric_limits<float>::epsilon());
  EXPECT_EQ(moved.at("single").to_doubles()[1], -1 + std::numeric_limits<float>::epsilon() / 2);
  EXPECT_EQ(moved.at("double").to_doubles()[0], 1 + std::numeric_limits<double>::epsilon());
}

}  // namespace
}  // namespace twin
