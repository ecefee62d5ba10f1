// Sides of a benchmark that are programs of their own: Python's NumPy and PyTorch, a twin over another
// LibTorch. All speak one protocol, an object of JSON a line. The program first says who it is:
//
//   {"schema": "twingrad.side/1", "library": "NumPy", "version": "1.24.2", "python": "3.11.2" or nothing,
//    "blas": "OpenBLAS 0.3.21" or null}
//
// Then it answers: to {"case": FOLDER} (case.json: the specification; arrays.npz: parameters, inputs,
// targets) with {"losses": […]} of the first steps, which are held against those of both twins; to
// {"steps": N} with {"seconds": …, "processor_seconds": …} by its own clocks. Instead of either it may say
// {"unsupported": "layer conv2d"} or {"fault": "…"}. The end of its input ends it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/train_step.hpp"
#include "reports/json.hpp"
#include "reports/page/words.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"

namespace twin::reports {

inline constexpr const char* kSideSchema = "twingrad.side/1";

struct GuestProgram {
  std::string side;                // "numpy"
  std::vector<std::string> words;  // that start it; none when this machine has not got it
  std::map<std::string, std::string> environment = {};
  /// Why there are no words, in each language: {"en", "id"}.
  Json not_measured = {};
};

/// The networks, weights and batches that all guests of a run are given, as files, and what the twins make of
/// them.
class GuestCases {
 public:
  explicit GuestCases(int threads) : threads_(threads) {}

  int threads() const { return threads_; }
  /// Holds the case until another one is asked for. Throws OutputError when there is no room.
  const std::filesystem::path& folder(const bench::Subject& subject, DType dtype);
  /// The losses of the first steps by each twin, by its name.
  using Losses = std::map<std::string, std::vector<double>>;
  const Losses& losses(const bench::Subject& subject, DType dtype);

 private:
  struct Case {
    std::string name;
    TemporaryFolder folder;
    NamedTensors parameters;
    OwnedBatch batch;
    Losses losses;
  };
  Case& find(const bench::Subject& subject, DType dtype);

  int threads_;
  std::unique_ptr<Case> case_;
};

/// What is left of a guest is said by name, and never stops the others: it is started when it is first
/// needed; one that dies, answers nonsense or does not answer in time is out from there on; one whose losses
/// are not those of the twins, at that network.
class ProgramGuest final : public bench::Guest {
 public:
  /// Seconds for an answer: what starts cold, loads a large library and trains a large network takes a while.
  static constexpr double kPatience = 120;

  ProgramGuest(GuestProgram program, std::shared_ptr<GuestCases> cases, double patience = kPatience);

  std::string_view side() const override { return program_.side; }
  bool prepare(const bench::Subject& subject, DType dtype) override;
  std::optional<Took> run(std::int64_t steps) override;

  /// {"side", "threads"}, and "not_measured" (as in reports/questions/question.hpp); or "library", "version",
  /// "python", "blas" and, where its losses were compared, "loss_gap", the largest gap relative to a twin's;
  /// and "faults", [{"subject", "batch", "fault"}], where something went wrong.
  Json json() const;
  /// What it does not do, and where.
  const std::vector<bench::LeftOut>& left_out() const { return left_out_; }

 private:
  bool start();
  std::optional<Json> ask(const Json& request);
  bool fails(std::string fault, bool lost);

  GuestProgram program_;
  std::shared_ptr<GuestCases> cases_;
  double patience_;
  std::optional<Companion> companion_;
  bool lost_ = false;
  std::string subject_;  // that it was last prepared for
  std::int64_t batch_ = 0;
  Json identity_ = Json::object();
  std::optional<double> loss_gap_;
  Json faults_ = Json::array();
  std::vector<bench::LeftOut> left_out_;
};

using Guests = std::vector<std::shared_ptr<ProgramGuest>>;
Guests guests_of(const std::vector<GuestProgram>& programs, int threads);

/// Why a guest has no times, in a row of "guests"; empty when it has them everywhere.
std::string guest_reason(const Json& row, Language language);

/// The specification of a network for a peer: {"layers", "loss", "optimizer", "schedule", "clipping",
/// "dtype", "threads"}.
Json network_json(const NetworkSpec& spec, DType dtype, int threads);

/// How the losses of the first steps differ from those of the twins, by a twin's name; empty where they are
/// the same but for rounding. `gap` becomes the largest, relative to the twin's, when it is larger.
std::string disagreement(const std::vector<double>& losses, const GuestCases::Losses& twins, DType dtype,
                         double& gap);

/// What a guest is started with: thread_pool_variables(), and what MKL and Python read.
std::map<std::string, std::string> environment_for(int threads);

/// A subject by its name: a network of the catalogue, an MLP of the grid ("mlp-64"), an example of a stem.
/// Throws UsageError when there is none.
bench::Subject subject_named(const std::string& name, std::int64_t batch);

/// The side "autograd" of this program, as a guest of another: reads requests, and answers.
void serve_side(std::istream& in, std::ostream& out, int threads);

}  // namespace twin::reports
