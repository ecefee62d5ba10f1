// What each side costs before it computes anything: to compile, to carry along, to start.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/json.hpp"

namespace twin::reports {

struct Library {
  std::string name;  // of its file: "libtorch_cpu.so.1.13"
  std::int64_t bytes;
};

/// The shared libraries that `program` is loaded with, those of its libraries among them (ldd), largest
/// first. Throws MachineError when ldd cannot read it.
std::vector<Library> libraries_of(const std::filesystem::path& program);

struct CompileCommand {
  std::string folder;   // that it is run in
  std::string command;  // as a shell reads it; of two -o the last counts
};

/// How the build folder compiles the unit whose path ends in `unit` ("manual/backend.cpp"), by its
/// compile_commands.json. Nothing when it does not know it.
std::optional<CompileCommand> compile_command(const std::filesystem::path& build, const std::string& unit);

/// Units by side, by their paths from the root: {"manual": {"manual/backend.cpp",
/// "manual/layers/dense.cpp"}}.
using Units = std::map<std::string, std::vector<std::string>>;
/// Those that a network of the catalogue is built from, below the source tree `root`. Throws as count_lines()
/// (reports/runs/line_counts.hpp).
Units units_of(const std::filesystem::path& root, const std::string& network);

/// {"manual": side, "autograd": side}; a side is
///
///   compile  {"units", "seconds": [of each round]}, of the processor, of all the units together, without a
///            compiler cache
///   size     {"executable", "libraries": [{"name", "bytes"}]}, in bytes
///   startup  {"seconds": [of each run], "peak_bytes": [of each run], "loss"}, of bench/startup from its
///            start to its end, both sides in turns
///
/// each of them not_measured() where something is missing. `quick`: a compile of each unit where all fit in
/// 45 s, and fewer runs. `build` is the build folder.
Json measure_build_costs(const std::filesystem::path& build, const Units& units, bool quick,
                         const std::function<void(std::int64_t done, std::int64_t total)>& on_progress);

/// Where this program was built.
std::filesystem::path build_folder();

}  // namespace twin::reports
