// What the processor can do at most: the roof of a roofline (Williams, Waterman, Patterson 2009).
#pragma once

#include "shared/tensors/tensor.hpp"

namespace twin::bench {

/// Operations per second, two for each fused multiply-add, of `threads` threads that do nothing else, each
/// with a dozen vectors in registers: as wide as the instructions allow that this was compiled for. The best
/// of several stretches of some milliseconds.
double peak_flops(DType dtype, int threads);

}  // namespace twin::bench
