// How long one training step takes, all sides in turn in one process (Google Benchmark).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/data/batches.hpp"
#include "shared/network.hpp"
#include "shared/stems.hpp"

namespace twin::bench {

/// One network to be timed at one batch size.
struct Subject {
  std::string name;  // "fashion-mlp", "mlp-64", "dense/odd"
  NetworkSpec spec;
  std::int64_t batch;
  Draw draw = Draw::uniform;  // of the inputs, in ±scale
  double scale = 1;
  NamedShapes further = {};  // of the further inputs

  OwnedBatch random_batch(DType dtype, Seed seed) const;
};

/// MLPs of three layers of the same width, for each width and batch: "mlp-<width>".
std::vector<Subject> width_grid(const std::vector<std::int64_t>& widths,
                                const std::vector<std::int64_t>& batches);

/// A stem's examples, "dense/odd", at a learning rate that leaves the weights where they are.
std::vector<Subject> subjects_of(const Stem& stem);

/// The number of steps, a power of two, that take so long at least: run(steps) is tried until it does, after
/// a first step that makes room for everything.
std::int64_t steps_that_take(double seconds, const std::function<void(std::int64_t steps)>& run);
/// The same for a run that keeps its own time, and returns it; nothing when it fails.
std::optional<std::int64_t> timed_steps_that_take(
    double seconds, const std::function<std::optional<double>(std::int64_t steps)>& run);

/// A side that computes in a process of its own: another language, another version of a library. It takes its
/// turns as the others do, and does nothing in between.
class Guest {
 public:
  virtual ~Guest() = default;
  virtual std::string_view side() const = 0;
  /// Whether it takes part here; if it does not, it knows why.
  virtual bool prepare(const Subject& subject, DType dtype) = 0;
  /// By its own clocks.
  struct Took {
    double seconds, processor_seconds;
  };
  /// So many steps on the batch of the subject that it prepared for; nothing: it is lost, and knows why.
  virtual std::optional<Took> run(std::int64_t steps) = 0;
};

struct Options {
  std::vector<Subject> subjects;
  /// The first is the one that the others are held against. A backend that lacks something of a subject or
  /// has not the device is left out there.
  std::vector<const Backend*> backends;
  std::vector<Device> devices{Device::cpu};
  std::vector<DType> dtypes{DType::float32};
  /// They take part on the processor, in float32 alone: each costs its share of the time.
  std::vector<std::shared_ptr<Guest>> guests = {};
  int threads = 1;     // that the libraries were told to use; for the names of the results
  double seconds = 2;  // for one subject of one dtype on one device, more where the fewest rounds take longer
};

/// A side that does not run everything: some subject holds what it lacks.
struct LeftOut {
  std::string side, why;
  std::vector<std::string> subjects;  // that have `why` in common
};
std::vector<LeftOut> left_out(const Options& options);

/// Times every subject × device × dtype. One iteration of Google Benchmark is a round: every side in turn, in
/// an order drawn anew, runs as many steps on the same batch as take about a millisecond. The bare matrix
/// products of a step, by BLAS, are a side of their own on the processor, "products", where every layer says
/// what its products are. So whatever slows the machine for a while slows all sides, and a ratio of two times
/// of the same round is free of it.
///
/// A guest that is lost in the middle of a benchmark has no counters there.
///
/// Returns Google Benchmark's own JSON. A benchmark is named
/// train_step/<subject>/batch:<n>/<dtype>/<device>/threads:<n>; its counters are, for each side:
///
///   <side>.us.{min,lower,median,upper,max}   µs per step, quartiles over the rounds
///   <side>.ratio, .ratio_low, .ratio_high    the time over that of the first side: the median of the
///                                            rounds, with its 95 % interval, both found on logarithms
///   <side>.busy                              processor time over wall time
///   <side>.gflops                            of the matrix products, at the median
///
/// On a GPU the sides work on a batch that is already there; each has a second side "<side>+transfers" to
/// which the batch is brought for every step, and from which the loss is brought back.
///
/// on_round is called after every round.
std::string run(const Options& options,
                const std::function<void(std::int64_t done, std::int64_t total)>& on_round);

}  // namespace twin::bench
