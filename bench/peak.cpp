#include "bench/peak.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace twin::bench {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t kVectorBytes = 64;
#elif defined(__AVX__)
constexpr std::size_t kVectorBytes = 32;
#else
constexpr std::size_t kVectorBytes = 16;
#endif

// Two units that each take four or five cycles for one multiply-add are busy with ten at once.
constexpr int kVectors = 12;
constexpr long kTimes = 1'000'000;
constexpr int kStretches = 5;

// Its result depends on every multiply-add, so that the compiler leaves none out.
template <typename Scalar>
Scalar multiply_adds(Scalar factor) {
  using Vector [[gnu::vector_size(kVectorBytes)]] = Scalar;
  Vector sums[kVectors], x = Vector{} + factor, y = Vector{} + (1 - factor);
  for (int i = 0; i < kVectors; ++i) sums[i] = Vector{} + static_cast<Scalar>(i);
  for (long k = 0; k < kTimes; ++k) {
#pragma GCC unroll 12
    for (int i = 0; i < kVectors; ++i) sums[i] = sums[i] * x + y;
  }
  Scalar all = 0;
  for (int i = 0; i < kVectors; ++i) all += sums[i][0];
  return all;
}

template <typename Scalar>
double peak(int threads) {
  // Read at run time, so that the compiler cannot compute the loop itself.
  volatile Scalar factor = Scalar(0.999), result = 0;
  double best = 0;
  for (int stretch = 0; stretch < kStretches; ++stretch) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i)
      others.emplace_back([&] {
        volatile Scalar mine = multiply_adds<Scalar>(factor);
        static_cast<void>(mine);
      });
    result = multiply_adds<Scalar>(factor);
    others.clear();  // waits for them
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    const double operations = 2.0 * kVectors * kTimes * (kVectorBytes / sizeof(Scalar)) * threads;
    best = std::max(best, operations / taken.count());
  }
  static_cast<void>(result);
  return best;
}

}  // namespace

double peak_flops(DType dtype, int threads) {
  return dtype == DType::float32 ? peak<float>(threads) : peak<double>(threads);
}

}  // namespace twin::bench
