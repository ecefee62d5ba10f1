// What every JSON result has in common.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "shared/compare/diagnosis.hpp"
#include "shared/compare/verdict.hpp"
#include "shared/formats/atomic_file.hpp"
#include "shared/machine/threads.hpp"

namespace twin::reports {

using Json = nlohmann::ordered_json;

/// {"schema": "twingrad.<command>/<version>", "commit", "date", "options", "machine", "blas_kernels",
/// "backends", "threads"}. `busy` measured the run; the date is that of UTC.
Json json_header(std::string_view command, Json options, int threads, const BusyThreads& busy,
                 int version = 1);

/// The commit this program was built from, "-dirty" behind it when the tree had changes; "unknown" outside
/// git.
std::string_view commit();

/// The gap of a row, its bound and its verdict: {"max_abs", …, "bound", "verdict", "ok"}.
Json json_of(const CheckRow& row);
/// {"cause", "tensor", "text"}
Json json_of(const Finding& finding);

/// A JSON file asked for with --json, or nothing. Opened before the work, written after it.
class JsonOutput {
 public:
  /// Empty: no file. Throws OutputError when it cannot be written.
  explicit JsonOutput(const std::filesystem::path& path);
  void write(const Json& json);

 private:
  std::optional<AtomicFile> file_;
};

}  // namespace twin::reports
