#include "shared/machine/fingerprint.hpp"

#include <cpuinfo.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "shared/machine/threads.hpp"

namespace twin {

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
  return result;
}

}  // namespace twin
