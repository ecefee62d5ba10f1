// What an exception says.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

namespace twin {

/// Matches a text that contains every one of `parts`.
template <typename... Parts>
auto mentions(const Parts&... parts) {
  return testing::AllOf(testing::HasSubstr(std::string(parts))...);
}

/// Matches a callable that throws an E whose message contains every one of `parts`.
template <typename E, typename... Parts>
auto throws(const Parts&... parts) {
  return testing::ThrowsMessage<E>(mentions(parts...));
}

}  // namespace twin

/// Expects `statement` to throw an Exception whose message contains every text that follows.
#define EXPECT_THROW_MESSAGE(statement, Exception, ...) \
  EXPECT_THAT([&] { statement; }, ::twin::throws<Exception>(__VA_ARGS__))
