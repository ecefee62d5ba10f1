// What the memory of this machine can do at most: the slope of a roofline (Williams, Waterman, Patterson
// 2009).
#pragma once

namespace twin::bench {

/// Bytes per second, read and written, of std::memcpy by one thread between blocks larger than the caches:
/// the median of several copies.
double copy_rate();

}  // namespace twin::bench
