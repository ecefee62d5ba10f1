// The comparison as a GoogleTest assertion: on a mismatch the test's message is the table and the diagnosis.
//
//   EXPECT_GRADIENTS_MATCH(mine, reference);
//   EXPECT_GRADIENTS_MATCH(mine, reference, {.batch_size = 32, .parameters = weights});
//   EXPECT_GRADIENTS_MATCH(my_gradients, their_gradients, point, {}, loss);
//
// Takes what twin::compare() takes. Bad input (a missing tensor, a NaN) fails the test with its message.
#pragma once

#include <gtest/gtest.h>
#include <set>
#include <string>

#include "shared/compare/compare.hpp"
#include "shared/errors.hpp"

namespace twin {
namespace internal {

template <typename... Arguments>
testing::AssertionResult result_of_compare(const Arguments&... arguments) {
  try {
    const Comparison comparison = compare(arguments...);
    if (comparison.match()) return testing::AssertionSuccess();
    std::set<std::string> all, differing;
    for (const CheckRow& row : comparison.rows) {
      all.insert(row.tensor);
      if (row.failed()) differing.insert(row.tensor);
    }
    return testing::AssertionFailure()
           << "tensors that differ: " << differing.size() << " of " << all.size() << "\n"
           << comparison.text();
  } catch (const Error& error) {
    return testing::AssertionFailure() << error.what();
  }
}

// The predicate-formatter of a result that has its message already: without "Value of: … Actual: false".
inline testing::AssertionResult as_it_is(const char* /*expression*/, const testing::AssertionResult& result) {
  return result;
}

}  // namespace internal

/// Success when compare() of the same arguments finds a match; failure, with its message, when it throws an
/// Error. No templates: a braced list of options has no type to deduce.
inline testing::AssertionResult gradients_match(const NamedTensors& actual, const NamedTensors& expected,
                                                const CompareOptions& options = {}) {
  return internal::result_of_compare(actual, expected, options);
}
inline testing::AssertionResult gradients_match(const GradientFunction& actual,
                                                const GradientFunction& expected, const NamedTensors& point,
                                                const CompareOptions& options = {},
                                                const LossFunction& loss = {}) {
  return internal::result_of_compare(actual, expected, point, options, loss);
}

}  // namespace twin

/// Variadic, for the commas of a braced list separate the arguments of a macro.
#define EXPECT_GRADIENTS_MATCH(...) \
  EXPECT_PRED_FORMAT1(::twin::internal::as_it_is, ::twin::gradients_match(__VA_ARGS__))
#define ASSERT_GRADIENTS_MATCH(...) \
  ASSERT_PRED_FORMAT1(::twin::internal::as_it_is, ::twin::gradients_match(__VA_ARGS__))
