#include "manual/fastest_products.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "manual/eigen_products.hpp"
#include "manual/matrix.hpp"

namespace twin::manual {
namespace {

constexpr int kClasses = 10;      // sizes 1, 2, 4 … 512
constexpr int kMostThreads = 64;  // that have classes of their own
constexpr double kLead = 1.03;    // near one another, the same library should win every time
constexpr int kRounds = 4;
constexpr double kShortest = 2e5;  // operations of a measured stretch: some 10 µs

enum class Decision : char { open, blas, eigen };

// By scalar, matrix or vector, threads, class.
template <typename Scalar>
std::atomic<Decision> decisions[2][kMostThreads][kClasses];

// All decided beforehand, for results that are the same bits in every run.
Decision decided_for_all() {
  static const Decision decision = [] {
    const char* wish = std::getenv("TWINGRAD_PRODUCTS");
    const std::string_view word = wish ? wish : "";
    return word == "blas" ? Decision::blas : word == "eigen" ? Decision::eigen : Decision::open;
  }();
  return decision;
}

// Seconds of one product of rows×size by size×size, the least of some rounds in which both libraries take
// turns.
template <typename Scalar>
struct Race {
  double blas = INFINITY, eigen = INFINITY;

  Race(Index rows, Index size) {
    const auto count = [](Index n) { return static_cast<std::size_t>(n); };
    const std::vector<Scalar> a(count(rows * size), Scalar(0.5)), b(count(size * size), Scalar(0.25));
    std::vector<Scalar> c(count(rows * size));
    // As a layer multiplies: its input by its transposed weights.
    const Operand<Scalar> x{a.data(), rows, size, size, false}, w{b.data(), size, size, size, true};
    const double work = 2.0 * static_cast<double>(rows * size) * static_cast<double>(size);
    const int times = static_cast<int>(std::max(1.0, kShortest / work));
    for (int round = 0; round < kRounds; ++round)
      for (const Products library : {Products::blas, Products::eigen}) {
        const ProductsBy by(library);
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < times; ++i) multiply(x, w, c.data(), size, false);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (round == 0) continue;  // a cold start
        double& least = library == Products::blas ? blas : eigen;
        least = std::min(least, taken.count() / times);
      }
  }
};

}  // namespace

template <typename Scalar>
bool eigen_is_faster(const Operand<Scalar>& a, const Operand<Scalar>& b) {
  const bool vector = a.rows == 1 || b.cols == 1;
  const auto work = static_cast<std::uint64_t>(a.rows) * static_cast<std::uint64_t>(a.cols) *
                    static_cast<std::uint64_t>(b.cols);
  const int by_size = (static_cast<int>(std::bit_width(work)) - 1) / (vector ? 2 : 3),
            size_class = std::min(by_size, kClasses - 1);
  std::atomic<Decision>& decision =
      decisions<Scalar>[vector][std::min(Eigen::nbThreads(), kMostThreads) - 1][size_class];
  Decision now = decision.load(std::memory_order_relaxed);
  if (now == Decision::open) {
    now = decided_for_all();
    if (now == Decision::open) {
      const Index size = Index{1} << size_class;
      const Race<Scalar> race(vector ? 1 : size, size);
      now = race.blas > kLead * race.eigen ? Decision::eigen : Decision::blas;
    }
    // Two threads that decide at once must not go different ways.
    Decision open = Decision::open;
    if (!decision.compare_exchange_strong(open, now)) now = open;
  }
  return now == Decision::eigen;
}

template <typename Scalar>
ProductRates product_rates(Index size) {
  const Race<Scalar> race(size, size);
  const double work = 2.0 * static_cast<double>(size * size) * static_cast<double>(size);
  return {work / race.blas, work / race.eigen};
}

template bool eigen_is_faster(const Operand<float>&, const Operand<float>&);
template bool eigen_is_faster(const Operand<double>&, const Operand<double>&);
template ProductRates product_rates<float>(Index);
template ProductRates product_rates<double>(Index);

}  // namespace twin::manual
