// What each side costs before it computes anything: to compile, to carry along, to start.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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

/// How the build folder compiles the unit that ends in `unit` ("manual/backend.cpp"), by its
/// compile_commands.json. Nothing when it does not know it.
std::optional<CompileCommand> compile_command(const std::filesystem::path& build, const std::string& unit);

/// {"manual": side, "autograd": side}; a side is
///
///   compile  {"unit", "seconds": [of each compile]}, of the processor, without a compiler cache
///   size     {"executable", "libraries": [{"name", "bytes"}]}, in bytes
///   startup  {"seconds": [of each run], "peak_bytes": [of each run], "loss"}, of bench/startup from its
///   start
///            to its end, both sides in turns
///
/// each of them not_measured() where something is missing. `quick`: a compile of each unit where both fit in
/// 45 s, and fewer runs. `build` is the build folder.
Json measure_build_costs(const std::filesystem::path& build, bool quick,
                         const std::function<void(std::int64_t done, std::int64_t total)>& on_progress);

/// Where this program was built.
std::filesystem::path build_folder();

}  // namespace twin::reports
