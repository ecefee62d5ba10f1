// What an exception says.
#pragma once

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace twin {

/// Matches a text that contains every one of `parts`. The matcher has one type whatever the parts' types are:
/// each further type would take a second of the compiler's time in every test that uses it.
template <typename... Parts>
testing::Matcher<std::string> mentions(const Parts&... parts) {
  std::vector<testing::Matcher<std::string>> all;
  (all.push_back(testing::HasSubstr(std::string(parts))), ...);
  return testing::AllOfArray(all);
}

/// Matches a callable that throws an E whose message contains every one of `parts`.
template <typename E, typename... Parts>
testing::Matcher<std::function<void()>> throws(const Parts&... parts) {
  return testing::ThrowsMessage<E>(mentions(parts...));
}

}  // namespace twin

/// Expects `statement` to throw an Exception whose message contains every text that follows.
#define EXPECT_THROW_MESSAGE(statement, Exception, ...) \
  EXPECT_THAT(std::function<void()>([&] { statement; }), ::twin::throws<Exception>(__VA_ARGS__))
