// A mutant may run for ever.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace twin::mutants {

/// Ends the process by a signal once it has used so many seconds of processor time, or ten times as many of
/// any time.
inline void limit_time(unsigned seconds) {
  const rlimit limit{seconds, seconds + 1};  // at the first a signal that says so, at the second SIGKILL
  setrlimit(RLIMIT_CPU, &limit);
  alarm(10 * seconds);
}

}  // namespace twin::mutants
