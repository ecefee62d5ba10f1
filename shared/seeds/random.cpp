#include "shared/seeds/random.hpp"

#include <Random123/philox.h>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace twin {

RandomStream::RandomStream(Seed seed, Purpose purpose, std::uint32_t substream)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      stream_{substream, static_cast<std::uint32_t>(purpose)} {}

std::uint64_t RandomStream::bits(std::uint64_t n) const {
  const r123::Philox4x32::ctr_type counter = {
      {static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(n >> 32), stream_[0], stream_[1]}};
  const r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
  const r123::Philox4x32::ctr_type block = r123::Philox4x32()(counter, key);
  return static_cast<std::uint64_t>(block[1]) << 32 | block[0];
}

double RandomStream::uniform(std::uint64_t n) const { return static_cast<double>(bits(n) >> 11) * 0x1p-53; }

double RandomStream::uniform(std::uint64_t n, double low, double high) const {
  return low + (high - low) * uniform(n);
}

std::uint64_t RandomStream::below(std::uint64_t n, std::uint64_t bound) const {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(bits(n)) * bound >> 64);
}

double RandomStream::normal(std::uint64_t n) const {
  // uniform() may be 0 but never 1: log(1 - u) is finite.
  const double distance = std::sqrt(-2 * std::log1p(-uniform(2 * n)));
  return distance * std::cos(2 * std::numbers::pi * uniform(2 * n + 1));
}

// FNV-1a of 32 bits (Fowler, Noll, Vo): the same everywhere, unlike std::hash.
std::uint32_t substream_of(std::string_view path) {
  std::uint32_t hash = 2166136261U;
  for (const char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::vector<std::int64_t> shuffled(std::int64_t count, const RandomStream& stream) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[stream.below(i, i)]);
  return order;
}

}  // namespace twin
