// How much memory this process has, as the kernel counts it (Linux: /proc/self, see proc(5)).
#pragma once

#include <cstdint>
#include <string_view>

namespace twin {

/// Bytes of this process that lie in memory now, to the page. Throws MachineError where the kernel does not
/// tell.
std::int64_t resident_bytes();

/// The most there have been since reset_peak_resident_bytes(). The kernel adds up the pages of each processor
/// in batches: the peak may read low by a hundred or two hundred kilobytes. Throws as above.
std::int64_t peak_resident_bytes();
/// Throws MachineError where the kernel does not allow it.
void reset_peak_resident_bytes();

/// Hands memory that was freed and kept for later back to the kernel.
void release_freed_memory();

/// Bytes in memory now of the mapped files whose names contain `part`: "libtorch" is the code and the data of
/// LibTorch as loaded. Throws as above.
std::int64_t resident_bytes_of_files(std::string_view part);

}  // namespace twin
