// Timing networks, and reading what Google Benchmark says.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/train_step.hpp"
#include "reports/json.hpp"
#include "reports/runs/guests.hpp"
#include "shared/statistics.hpp"

namespace twin::reports {

/// One side at one point of the grid.
struct Timing {
  std::string subject, dtype, device, side;
  std::int64_t batch = 0;
  int threads = 1;
  Quartiles us;                                     // per step, over the rounds
  double ratio = 1, ratio_low = 1, ratio_high = 1;  // the time over that of manual
  double busy = 0;                                  // processor time over wall time
  double gflops = 0;

  /// More threads were busy than were asked for: whatever was measured, it was not that.
  bool valid() const { return busy <= threads + 0.1; }
  /// The 95 % interval of the ratio is wider than a tenth of it. (What slows all sides of a round alike
  /// spreads their times and leaves the ratio as it is; the spread of the times is no measure of it.)
  bool noisy() const { return ratio_high - ratio_low > 0.1 * ratio; }
};

/// Every side that `twin bench` knows: manual, manual in sizes known to the compiler, manual without BLAS,
/// LibTorch's tensors without autograd, autograd, autograd tuned.
std::vector<const Backend*> bench_backends();

/// Google Benchmark's JSON, and in "left_out", as [{"side", "why", "subjects"}], the sides that lack
/// something of a subject, and in "guests" what reports/runs/guests.hpp says of each. Precondition:
/// cap_thread_pools() and use_threads().
Json run_benching(bench::Options options, const Guests& guests,
                  const std::function<void(std::int64_t done, std::int64_t total)>& on_round);

/// `twin bench <words>` for each number of threads, one after the other, each in a process of its own that
/// has its thread pools made to measure. Returns the JSON of the first with the results of all. Throws
/// MachineError when one of them fails; it has said why.
Json run_benching_apart(const std::vector<std::string>& words, const std::vector<int>& threads);

/// 1, and all the processors of this machine.
std::vector<int> bench_threads();

/// The sides in `benchmarks`, point after point.
std::vector<Timing> timings(const Json& benchmarks);

/// The width in a subject's name, "mlp-64"; 0 when it is no MLP of the grid.
std::int64_t width_of(std::string_view subject);

}  // namespace twin::reports
