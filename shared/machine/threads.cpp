#include "shared/machine/threads.hpp"

#include <ctime>
#include <fmt/format.h>
#include <sched.h>
#include <string>
#include <utility>

#include "shared/errors.hpp"
#include "shared/machine/blas.hpp"
#include "shared/machine/restart.hpp"

namespace twin {
namespace {

double seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

int available_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

void expect_threads(int threads) {
  if (threads < 1 || threads > available_processors())
    throw UsageError(fmt::format("{} threads", threads), {},
                     fmt::format("give 1 to {}", available_processors()));
}

std::map<std::string, std::string> thread_pool_variables(int threads) {
  const std::string count = std::to_string(threads);
  return {{"OPENBLAS_NUM_THREADS", count},
          {"OMP_NUM_THREADS", count},
          // OpenBLAS and OpenMP have threads of their own for the same processors: those of OpenMP would go
          // on spinning after their work, and take the processors from OpenBLAS (a step of 512 features took
          // twice as long).
          {"OMP_WAIT_POLICY", "passive"},
          // OpenBLAS's threads spin too, for 2^26 cycles unless they are told another power: too long where
          // another process has its turn next. This one is half a millisecond.
          {"OPENBLAS_THREAD_TIMEOUT", "20"}};
}

void cap_thread_pools(int threads) { start_anew_with(thread_pool_variables(threads)); }

void use_threads(int threads, std::span<const Backend* const> backends) {
  expect_threads(threads);
  set_blas_threads(threads);
  for (const Backend* backend : backends) backend->set_threads(threads);
  set_blas_threads(threads);  // LibTorch may have passed its own wish on to the BLAS that both share
}

std::vector<std::pair<std::string, int>> thread_counts(std::span<const Backend* const> backends) {
  std::vector<std::pair<std::string, int>> counts{{"blas", blas_threads()}};
  for (const Backend* backend : backends) counts.emplace_back(backend->name(), backend->threads());
  return counts;
}

BusyThreads::BusyThreads()
    : processor_start_(seconds(CLOCK_PROCESS_CPUTIME_ID)), wall_start_(seconds(CLOCK_MONOTONIC)) {}

double BusyThreads::wall_seconds() const { return seconds(CLOCK_MONOTONIC) - wall_start_; }

double BusyThreads::average() const {
  const double wall = wall_seconds();
  return wall > 0 ? (seconds(CLOCK_PROCESS_CPUTIME_ID) - processor_start_) / wall : 0;
}

}  // namespace twin
