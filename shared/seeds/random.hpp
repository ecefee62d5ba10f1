// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2,
// 3", through the Random123 library). The n-th number of a stream depends on the seed, the stream and n
// alone, so it is the same on any platform, in any order of drawing, for either twin.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace twin {

using Seed = std::uint64_t;

/// What a stream is drawn for. Numbers are part of the file format of a seed: never renumber.
enum class Purpose : std::uint32_t {
  parameters = 0,
  shuffle = 1,
  test_data = 2,
  directions = 3,
  choices = 4,
  masks = 5,
  noise = 6
};

class RandomStream {
 public:
  /// `substream` tells streams of one purpose apart: the index of a parameter, of an epoch, of a test case.
  RandomStream(Seed seed, Purpose purpose, std::uint32_t substream = 0);

  /// The n-th number is a function of n: 64 uniform bits.
  std::uint64_t bits(std::uint64_t n) const;
  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform(std::uint64_t n) const;
  double uniform(std::uint64_t n, double low, double high) const;
  /// Uniform in {0, …, bound-1}; the bias is below bound/2^64. Precondition: bound > 0.
  std::uint64_t below(std::uint64_t n, std::uint64_t bound) const;
  /// Standard normal, from the uniform numbers 2n and 2n + 1 (Box and Muller 1958, "A note on the generation
  /// of random normal deviates"). It is at most 8.6 from 0; its last digits are those of the C library's
  /// log1p and cos. n: below 2⁶³.
  double normal(std::uint64_t n) const;

 private:
  std::uint32_t key_[2];
  std::uint32_t stream_[2];
};

/// The substream of a layer, by its path.
std::uint32_t substream_of(std::string_view path);

/// A permutation of 0 … count-1 (Fisher and Yates).
std::vector<std::int64_t> shuffled(std::int64_t count, const RandomStream& stream);

}  // namespace twin
