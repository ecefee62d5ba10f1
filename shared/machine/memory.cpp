#include "shared/machine/memory.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <malloc.h>
#include <string>

#include "shared/errors.hpp"

namespace twin {
namespace {

[[noreturn]] void refuse(const char* what, const char* file) {
  throw MachineError(what, file, "memory is measured on Linux alone");
}

// "Rss:     12 kB" after its name, in bytes.
std::int64_t kilobytes(std::string_view line) {
  std::int64_t value = 0;
  line.remove_prefix(std::min(line.find_first_of("0123456789"), line.size()));
  std::from_chars(line.data(), line.data() + line.size(), value);
  return 1024 * value;
}

std::int64_t status(std::string_view field) {
  constexpr const char* kFile = "/proc/self/status";
  std::ifstream file(kFile);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(field)) return kilobytes(line);
  refuse("the kernel does not tell how much memory a process has", kFile);
}

}  // namespace

std::int64_t resident_bytes() { return status("VmRSS:"); }

std::int64_t peak_resident_bytes() { return status("VmHWM:"); }

void reset_peak_resident_bytes() {
  constexpr const char* kFile = "/proc/self/clear_refs";
  std::ofstream file(kFile);
  if (!(file << "5" << std::flush))
    refuse("the kernel does not let a process forget its peak of memory", kFile);
}

void release_freed_memory() { ::malloc_trim(0); }

std::int64_t resident_bytes_of_files(std::string_view part) {
  constexpr const char* kFile = "/proc/self/smaps";
  std::ifstream file(kFile);
  if (!file) refuse("the kernel does not tell what a process has mapped", kFile);
  std::int64_t bytes = 0;
  bool wanted = false;
  for (std::string line; std::getline(file, line);) {
    // "7f00-7f10 r--p 00000000 fe:01 1234   /usr/lib/libtorch_cpu.so", then lines of "Name:   value".
    const std::string_view first = std::string_view(line).substr(0, line.find(' '));
    if (!first.ends_with(':')) {
      const std::size_t slash = line.rfind('/');
      wanted = slash != std::string::npos && line.find(part, slash) != std::string::npos;
    } else if (wanted && first == "Rss:") {
      bytes += kilobytes(line);
    }
  }
  return bytes;
}

}  // namespace twin
