// The comparison as a GoogleTest assertion: on a mismatch the test's message is the table and the diagnosis.
//
//   EXPECT_GRADIENTS_MATCH(mine, reference);
//   EXPECT_GRADIENTS_MATCH(mine, reference, {.batch_size = 32, .parameters = weights});
//
// Takes what twin::compare() takes. Bad input (a missing tensor, a NaN) fails the test with its message.
#pragma once

#include <gtest/gtest.h>

#include "shared/compare/compare.hpp"
#include "shared/errors.hpp"

namespace twin {

/// Success when compare() of the same arguments finds a match.
template <typename Actual, typename Expected, typename... More>
testing::AssertionResult gradients_match(const Actual& actual, const Expected& expected, const More&... more);

}  // namespace twin
