// Exactly N threads, for every library alike, and what was really used.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "shared/network.hpp"

namespace twin {

/// Tells BLAS and every backend to use `threads` threads. Call it before any of them computes. Throws
/// UsageError unless 1 <= threads <= the processors this process may run on.
void use_threads(int threads, std::span<const Backend* const> backends);

/// Throws UsageError unless 1 <= threads <= the processors this process may run on.
void expect_threads(int threads);

/// The environment in which a program's pools of OpenBLAS and OpenMP are made with so many threads, which
/// sleep when they have nothing to do.
std::map<std::string, std::string> thread_pool_variables(int threads);

/// Starts this program anew, with the same words, unless the thread pools of OpenBLAS and OpenMP were limited
/// to `threads`, and OpenMP's threads told to sleep when they have nothing to do, before they were made: a
/// limit that comes later does not reach every pool. Call it before anything else is done. Throws
/// MachineError when the program cannot be started.
void cap_thread_pools(int threads);

/// The processors this process may run on.
int available_processors();

/// What each library says it uses now: ("blas", 1), ("manual", 1), ("autograd", 1).
std::vector<std::pair<std::string, int>> thread_counts(std::span<const Backend* const> backends);

/// Processor time over wall time since its construction: the threads that were really busy, whatever was
/// asked for.
class BusyThreads {
 public:
  BusyThreads();
  double average() const;
  double wall_seconds() const;

 private:
  double processor_start_, wall_start_;
};

}  // namespace twin
