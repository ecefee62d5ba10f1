// The tutorial's own NumPy and PyTorch (Python) beside the twins: the same network, weights and batch, passed
// on as files, and bench/peers/ run with them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/train_step.hpp"
#include "reports/json.hpp"
#include "reports/page/words.hpp"
#include "shared/machine/process.hpp"
#include "shared/statistics.hpp"

namespace twin::reports {

struct PeerTiming {
  std::string version, python, blas;  // blas is empty when nobody knows: a wheel of PyTorch holds it inside
  std::vector<double> us_per_step;    // of every round, in their order
  Quartiles us;                       // of them
  double busy_threads = 0;            // processor time over wall time
  double loss_gap = 0;                // the largest between its losses and a twin's, relative to the twin's
};

/// One peer at one subject: a timing, or the reason why there is none.
struct PeerResult {
  std::string subject;
  std::int64_t batch = 0;
  DType dtype = DType::float32;
  std::string peer;  // "numpy", "pytorch"
  std::optional<PeerTiming> timing;
  /// What this machine lacks, and the package that has it: "numpy", "python3-numpy". Not a fault: a gap.
  struct Missing {
    std::string what, package;
  };
  std::optional<Missing> missing;
  /// What the peer does not do, "layer conv2d"; empty when it does all of it.
  std::string unsupported;
  /// What went wrong: the script failed, its losses are not those of the twins, it kept more threads
  /// busy than it was given. Such a peer has no timing.
  std::string fault;
};

/// Where python3 is looked for: on PATH, and where Debian puts the one that its packages belong to.
inline const std::vector<std::string> kPythons{"python3", "/usr/bin/python3"};

/// A python3 that has every module of a peer; or (its path is empty) what the last one that was tried lacks.
struct PeerPython {
  std::string path;
  PeerResult::Missing missing;
};
PeerPython find_python(std::string_view peer, const std::vector<std::string>& pythons = kPythons);

/// What a peer's process is started with, so that its thread pools have so many threads.
std::map<std::string, std::string> peer_environment(int threads);

/// case.json but for what is to be done with the network: {"layers", "loss", "optimizer", "schedule",
/// "clipping", "dtype", "threads"}.
Json peer_case(const NetworkSpec& spec, DType dtype, int threads);

/// Why a peer's process has ended badly.
std::string peer_failure(const Finished& finished);

/// The losses that a twin has in its first steps.
struct TwinLosses {
  std::string_view twin;
  std::vector<double> losses;
};
/// How a peer's losses differ from those of the twins; empty where they are the same to rounding. `gap`
/// becomes the largest, relative to the twin's.
std::string peer_disagreement(const std::vector<double>& losses, const std::vector<TwinLosses>& twins,
                              DType dtype, double& gap);

/// Every subject in every peer, a process for each, its thread pools set to `threads` before it starts. The
/// losses of the first steps must be those of both twins (shared/compare/tolerances.hpp). Python that is
/// missing, or its modules, is no error. Throws OutputError when there is no room for the files.
/// `only` names one peer, or (empty) all.
std::vector<PeerResult> run_peers(
    const std::vector<bench::Subject>& subjects, DType dtype, int threads, bool quick,
    const std::function<void(std::int64_t done, std::int64_t total)>& on_progress,
    const std::vector<std::string>& pythons = kPythons, std::string_view only = {});

/// {"subject", "batch", "dtype", "peer"} and the timing; or "not_measured" (as in
/// reports/questions/question.hpp), "unsupported" or "fault".
Json json_of(const PeerResult& result);
/// Why a row has no timing.
std::string peer_reason(const Json& row, Language language);

}  // namespace twin::reports
