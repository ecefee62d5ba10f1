#include "shared/machine/fingerprint.hpp"

#include <algorithm>
#include <cpuinfo.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sys/utsname.h>
#include <unistd.h>

#include "shared/machine/threads.hpp"

namespace twin {
namespace {

// The driver says it in a file, so that nothing need be linked that most machines lack.
std::vector<std::string> gpu_models() {
  constexpr std::string_view kModel = "Model:";
  std::vector<std::string> models;
  std::error_code none;  // no driver: no folder
  for (const auto& gpu : std::filesystem::directory_iterator("/proc/driver/nvidia/gpus", none)) {
    std::ifstream file(gpu.path() / "information");
    for (std::string line; std::getline(file, line);)
      if (line.starts_with(kModel))
        models.push_back(line.substr(std::min(line.size(), line.find_first_not_of(" \t", kModel.size()))));
  }
  return models;
}

}  // namespace

Fingerprint fingerprint() {
  Fingerprint result{};
  result.processor = "unknown";
  if (cpuinfo_initialize()) {
    if (const cpuinfo_package* package = cpuinfo_get_package(0)) result.processor = package->name;
    if (const cpuinfo_cache* l2 = cpuinfo_get_l2_cache(0)) result.l2_bytes = l2->size;
    if (const cpuinfo_cache* l3 = cpuinfo_get_l3_cache(0)) result.l3_bytes = l3->size;
  }
  result.processors = available_processors();
  result.memory_bytes = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGE_SIZE);
  utsname system{};
  if (uname(&system) == 0)
    result.system = fmt::format("{} {} {}", system.sysname, system.release, system.machine);
#if defined(__clang__)
  result.compiler = "Clang " __clang_version__;
#else
  result.compiler = "GCC " __VERSION__;
#endif
  result.build = TWINGRAD_BUILD;
  result.gpus = gpu_models();
  return result;
}

}  // namespace twin
