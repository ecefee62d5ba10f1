#include "bench/copy_rate.hpp"

#include <chrono>
#include <cstring>
#include <vector>

#include "shared/statistics.hpp"

namespace twin::bench {

double copy_rate() {
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  constexpr int kCopies = 9;
  std::vector<char> from(kBytes, 1), to(kBytes, 2);
  std::vector<double> rates;
  for (int i = 0; i < kCopies; ++i) {
    from[static_cast<std::size_t>(i)] = static_cast<char>(i);  // so that no copy can be left out
    const auto start = std::chrono::steady_clock::now();
    std::memcpy(to.data(), from.data(), kBytes);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (to[static_cast<std::size_t>(i)] == static_cast<char>(i)) rates.push_back(2.0 * kBytes / took.count());
  }
  return quartiles(rates).median;
}

}  // namespace twin::bench
