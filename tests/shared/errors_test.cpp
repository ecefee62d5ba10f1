#include "shared/errors.hpp"

#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

struct Matrix {
  std::int64_t rows_, cols_;
  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
};

TEST(Errors, SayKindWhatWhereAndRemedyInThisOrder) {
  EXPECT_STREQ(DataError("truncated", "a.gz", "fetch it again").what(),
               "data: truncated, a.gz, fetch it again");
}

TEST(Errors, LeaveOutWhatIsEmpty) {
  EXPECT_STREQ(UsageError("what").what(), "usage: what");
  EXPECT_STREQ(ShapeError("what", {}, "remedy").what(), "shape: what, remedy");
  EXPECT_STREQ(NumericError("what", "where").what(), "numeric: what, where");
}

TEST(Errors, AreAllCaughtAsError) {
  EXPECT_THROW_MESSAGE(throw OutputError("x"), Error, "output: x");
  EXPECT_THROW_MESSAGE(throw MachineError("x"), Error, "machine: x");
}

TEST(Errors, PositiveReturnsSizesAboveZeroAndNamesTheOthers) {
  EXPECT_EQ(positive(1, "Dense in_features"), 1);
  EXPECT_THROW_MESSAGE(positive(0, "Dense in_features"), ShapeError, "Dense in_features is 0");
  EXPECT_THROW_MESSAGE(positive(-3, "Dense in_features"), ShapeError, "Dense in_features is -3");
}

TEST(Errors, ShapeChecksNameBothShapes) {
  const Matrix x{2, 3};
  EXPECT_NO_THROW(expect_columns(x, 3, "x"));
  EXPECT_THROW_MESSAGE(expect_columns(x, 2, "x"), ShapeError, "x: expected 2 columns, got 3");
  EXPECT_NO_THROW(expect_shape(x, Matrix{2, 3}, "x"));
  EXPECT_THROW_MESSAGE(expect_shape(x, (Matrix{3, 3}), "x"), ShapeError, "x: expected 3×3, got 2×3");
  EXPECT_THROW_MESSAGE(expect_shape(x, (Matrix{2, 2}), "x"), ShapeError, "x: expected 2×2, got 2×3");
}

}  // namespace
}  // namespace twin
