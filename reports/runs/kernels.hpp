// Whether the matrix products of this process run as fast as the processor allows; what must be said where
// they do not.
#pragma once

#include "reports/json.hpp"
#include "reports/page/words.hpp"

namespace twin::reports {

/// {"core", "found", "vector_bytes", "processor_vector_bytes", "blas_flops", "eigen_flops"}: what BLAS
/// computes with (shared/machine/kernels.hpp), and the operations per second of both libraries at a product
/// of 512×512 matrices of float32 on the threads in use, measured in some 50 ms.
Json measured_kernels();

/// What a reader must know before any other number, a sentence each in that language: BLAS computes with
/// vectors narrower than the processor's, or falls behind Eigen's kernels although it should not. Empty where
/// all is well.
std::vector<std::string> kernel_warnings(const Json& kernels, Language language);

/// That the program was started anew with other kernels than BLAS had picked; empty where it was not.
std::string kernels_mended(const Json& kernels, Language language);

}  // namespace twin::reports
