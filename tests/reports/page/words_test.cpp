#include "reports/page/words.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace twin::reports {
namespace {

TEST(Rounded, KeepsSoManyDigits) {
  EXPECT_EQ(rounded(0.00012345), "0.000123");
  EXPECT_EQ(rounded(0.0758321, 4), "0.07583");
  EXPECT_EQ(rounded(999.4), "999");
  EXPECT_EQ(rounded(-45.67), "-45.7");
  EXPECT_EQ(rounded(0), "0");
}

TEST(Rounded, HasNoPowerOfTenInALargeNumber) {
  EXPECT_EQ(rounded(999.7), "1000");
  EXPECT_EQ(rounded(1615), "1620");
  EXPECT_EQ(rounded(38412, 4), "38410");
  EXPECT_EQ(rounded(-28432), "-28400");
  EXPECT_EQ(rounded(313949), "314000");
}

TEST(Rounded, SaysWhatIsNoNumber) {
  EXPECT_EQ(rounded(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(rounded(std::numeric_limits<double>::infinity()), "inf");
}

TEST(ThreadsInWords, AreOneOrMore) {
  EXPECT_EQ(threads_in_words(1, Language::english), "1 thread");
  EXPECT_EQ(threads_in_words(2, Language::english), "2 threads");
  EXPECT_EQ(threads_in_words(2, Language::indonesian), "2 utas");
}

}  // namespace
}  // namespace twin::reports
