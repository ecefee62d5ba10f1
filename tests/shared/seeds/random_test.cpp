#include "shared/seeds/random.hpp"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

namespace twin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kDraws = 100000;

// Philox4x32-10 in the known-answer tests of Random123 (kat_vectors): key and counter of zeros, of ones, of
// digits of π.
TEST(RandomStream, GivesTheKnownAnswersOfPhilox) {
  EXPECT_EQ(RandomStream(0, Purpose::parameters, 0).bits(0), 0xe169c58d6627e8d5U);
  constexpr std::uint32_t kOnes32 = 0xffffffff;
  constexpr std::uint64_t kOnes64 = 0xffffffffffffffff;
  EXPECT_EQ(RandomStream(kOnes64, Purpose{kOnes32}, kOnes32).bits(kOnes64), 0x41c83b0e408f276dU);
  EXPECT_EQ(RandomStream(0x299f31d0a4093822, Purpose{0x03707344}, 0x13198a2e).bits(0x85a308d3243f6a88),
            0x94fdccebd16cfe09U);
}

// A seed in somebody's notes must mean these numbers for ever.
TEST(RandomStream, KeepsTheMeaningOfASeed) {
  EXPECT_EQ(RandomStream(0, Purpose::parameters).bits(1), 0x5cb200dbf8e4cca4U);
  EXPECT_EQ(RandomStream(0, Purpose::parameters).bits(1ULL << 32), 0xea2362496ad0c5ecU);
  EXPECT_EQ(RandomStream(1, Purpose::parameters).bits(0), 0xe50a0ebce3e80670U);
  EXPECT_EQ(RandomStream(1ULL << 32, Purpose::parameters).bits(0), 0xfa7e58b6fdde3e0bU);
  EXPECT_EQ(RandomStream(0, Purpose::parameters, 1).bits(0), 0xf08d6eaa844515e1U);
  EXPECT_EQ(RandomStream(0, Purpose::shuffle).bits(0), 0x1348e23f2dce73e5U);
  EXPECT_EQ(RandomStream(42, Purpose::shuffle, 7).bits(3), 0x07bed03573c91eb7U);
  EXPECT_EQ(RandomStream(42, Purpose::test_data).bits(0), 0x2ff5bc5753c0fa72U);
  EXPECT_EQ(RandomStream(42, Purpose::directions).bits(0), 0x8479534ba5055879U);
  EXPECT_EQ(RandomStream(42, Purpose::choices).bits(0), 0xdfc1415655f2d2aeU);
}

TEST(RandomStream, KeepsTheMappingOfBitsToNumbers) {
  const RandomStream stream(42, Purpose::parameters);
  EXPECT_EQ(stream.uniform(0), 0x1.dfd524ee73abcp-2);
  EXPECT_EQ(stream.uniform(1), 0x1.4ee9b3f7f36c8p-2);
  EXPECT_EQ(stream.uniform(0, -1, 1), -0x1.0156d88c62a2p-4);
  EXPECT_EQ(stream.uniform(1, -1, 1), -0x1.622c98101927p-2);
  EXPECT_EQ(stream.below(0, 10), 4U);
  EXPECT_EQ(stream.below(2, 10), 6U);
}

TEST(RandomStream, UniformStaysInRangeAndFillsIt) {
  const RandomStream stream(7, Purpose::test_data);
  double sum = 0, sum_of_squares = 0, least = 1, most = 0;
  for (std::uint64_t n = 0; n < kDraws; ++n) {
    const double x = stream.uniform(n);
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    ASSERT_EQ(std::ldexp(x, 53), std::floor(std::ldexp(x, 53)));
    sum += x;
    sum_of_squares += x * x;
    least = std::min(least, x);
    most = std::max(most, x);
  }
  // Four standard errors: sqrt(1/12) and sqrt(4/45) over the root of the number of draws.
  EXPECT_NEAR(sum / kDraws, 1.0 / 2, 4 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(sum_of_squares / kDraws, 1.0 / 3, 4 * std::sqrt(4.0 / 45 / kDraws));
  EXPECT_LT(least, 1e-4);
  EXPECT_GT(most, 1 - 1e-4);
}

TEST(RandomStream, UniformScalesToOtherRanges) {
  const RandomStream stream(7, Purpose::test_data);
  for (std::uint64_t n = 0; n < 1000; ++n) {
    EXPECT_EQ(stream.uniform(n, 3, 7), 3 + 4 * stream.uniform(n));
    EXPECT_EQ(stream.uniform(n, 0, 0), 0);
  }
}

TEST(RandomStream, BelowStaysInRangeAndIsUniform) {
  constexpr std::uint64_t kBound = 10;
  const RandomStream stream(7, Purpose::test_data);
  std::vector<double> counts(kBound);
  for (std::uint64_t n = 0; n < kDraws; ++n) {
    const std::uint64_t x = stream.below(n, kBound);
    ASSERT_LT(x, kBound);
    ++counts[x];
  }
  double chi_square = 0;
  for (const double count : counts) chi_square += std::pow(count - kDraws / kBound, 2) / (kDraws / kBound);
  // Nine degrees of freedom: 27.9 is passed once in a thousand seeds, and 1e-3 hardly ever reached.
  EXPECT_LT(chi_square, 27.9);
  EXPECT_GT(chi_square, 1e-3);
}

TEST(RandomStream, BelowTakesBoundsOfAnySize) {
  const RandomStream stream(7, Purpose::test_data);
  constexpr std::uint64_t kLarge = 3ULL << 62;
  std::uint64_t most = 0;
  for (std::uint64_t n = 0; n < 1000; ++n) {
    EXPECT_EQ(stream.below(n, 1), 0U);
    const std::uint64_t x = stream.below(n, kLarge);
    ASSERT_LT(x, kLarge);
    most = std::max(most, x);
  }
  EXPECT_GT(most, kLarge / 100 * 95);
}

TEST(RandomStream, NormalIsThePairOfBoxAndMuller) {
  const RandomStream stream(42, Purpose::noise);
  for (std::uint64_t n = 0; n < 1000; ++n) {
    const double u = stream.uniform(2 * n), v = stream.uniform(2 * n + 1);
    ASSERT_NEAR(stream.normal(n), std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * std::numbers::pi * v),
                1e-14);
  }
}

// Twenty classes that are equally likely, by the distribution Φ.
TEST(RandomStream, NormalHasTheNormalDistribution) {
  const RandomStream stream(7, Purpose::noise);
  std::vector<double> counts(20);
  double sum = 0, squares = 0, fourth_powers = 0, most = 0;
  for (std::uint64_t n = 0; n < kDraws; ++n) {
    const double x = stream.normal(n);
    sum += x;
    squares += x * x;
    fourth_powers += x * x * x * x;
    most = std::max(most, std::abs(x));
    ++counts.at(static_cast<std::size_t>(20 * std::erfc(-x / std::numbers::sqrt2) / 2));
  }
  // Four standard errors: of x they are 1, of x² √2, of x⁴ √96, over the root of the number of draws.
  EXPECT_NEAR(sum / kDraws, 0, 4 * std::sqrt(1.0 / kDraws));
  EXPECT_NEAR(squares / kDraws, 1, 4 * std::sqrt(2.0 / kDraws));
  EXPECT_NEAR(fourth_powers / kDraws, 3, 4 * std::sqrt(96.0 / kDraws));
  EXPECT_GT(most, 4);
  EXPECT_LT(most, 8.6);
  double chi_square = 0;
  for (const double count : counts) chi_square += std::pow(count - kDraws / 20, 2) / (kDraws / 20);
  EXPECT_LT(chi_square, 43.8) << "19 degrees of freedom: passed once in a thousand seeds";
  EXPECT_GT(chi_square, 1);
}

// Neighbours share no uniform number.
TEST(RandomStream, NormalNumbersAreIndependent) {
  const RandomStream stream(7, Purpose::noise);
  double neighbours = 0, squares = 0;
  for (std::uint64_t n = 0; n < kDraws; ++n) {
    const double x = stream.normal(n), y = stream.normal(n + 1);
    neighbours += x * y;
    squares += (x * x - 1) * (y * y - 1);
  }
  EXPECT_LT(std::abs(neighbours), 5 * std::sqrt(kDraws));
  EXPECT_LT(std::abs(squares), 5 * 2 * std::sqrt(kDraws));
}

TEST(RandomStream, SubstreamsOfPathsAreTheSameForEver) {
  EXPECT_EQ(substream_of(""), 2166136261U);
  // From the list of test vectors of FNV (Noll).
  EXPECT_EQ(substream_of("a"), 0xe40c292cU);
  EXPECT_EQ(substream_of("foobar"), 0xbf9cf968U);
}

// Correlations of 1,000 pairs have a standard deviation of 1/sqrt(1000).
TEST(RandomStream, SeedsPurposesAndSubstreamsAreIndependent) {
  const RandomStream streams[] = {RandomStream(7, Purpose::test_data),
                                  RandomStream(8, Purpose::test_data),
                                  RandomStream(7 + (1ULL << 32), Purpose::test_data),
                                  RandomStream(7, Purpose::test_data, 1),
                                  RandomStream(7, Purpose::parameters),
                                  RandomStream(7, Purpose::shuffle),
                                  RandomStream(7, Purpose::directions),
                                  RandomStream(7, Purpose::choices),
                                  RandomStream(7, Purpose::masks),
                                  RandomStream(7, Purpose::noise)};
  constexpr std::uint64_t kPairs = 1000;
  for (std::size_t a = 0; a < std::size(streams); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      double correlation = 0;
      for (std::uint64_t n = 0; n < kPairs; ++n) {
        EXPECT_NE(streams[a].bits(n), streams[b].bits(n));
        correlation += 12 * (streams[a].uniform(n) - 0.5) * (streams[b].uniform(n) - 0.5) / kPairs;
      }
      EXPECT_LT(std::abs(correlation), 5 / std::sqrt(kPairs)) << "streams " << a << " and " << b;
    }
  }
}

TEST(Shuffled, IsAPermutation) {
  for (const std::int64_t count : {1, 2, 3, 1000}) {
    std::vector<std::int64_t> order = shuffled(count, RandomStream(3, Purpose::shuffle));
    std::vector<std::int64_t> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    EXPECT_TRUE(count < 10 || order != all);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, all);
  }
  EXPECT_THAT(shuffled(0, RandomStream(3, Purpose::shuffle)), IsEmpty());
}

TEST(Shuffled, KeepsTheMeaningOfASeed) {
  EXPECT_THAT(shuffled(10, RandomStream(42, Purpose::shuffle)), ElementsAre(4, 3, 7, 1, 0, 2, 8, 9, 5, 6));
}

// Sattolo's mistake (never leaving an element in its place) and the naive swap with any element both show
// here.
TEST(Shuffled, GivesEveryOrderEquallyOften) {
  constexpr int kShuffles = 24000;
  std::vector<std::int64_t> order{0, 1, 2, 3};
  std::vector<std::vector<std::int64_t>> orders;
  do orders.push_back(order);
  while (std::next_permutation(order.begin(), order.end()));
  std::vector<double> counts(orders.size());
  for (std::uint32_t i = 0; i < kShuffles; ++i) {
    const auto found =
        std::lower_bound(orders.begin(), orders.end(), shuffled(4, RandomStream(3, Purpose::shuffle, i)));
    ++counts[static_cast<std::size_t>(found - orders.begin())];
  }
  double chi_square = 0;
  for (const double count : counts) chi_square += std::pow(count - 1000, 2) / 1000;
  EXPECT_LT(chi_square, 49.7) << "23 degrees of freedom: passed once in a thousand seeds";
}

}  // namespace
}  // namespace twin
