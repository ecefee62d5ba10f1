// Whether the BLAS at hand computes with the widest vectors that the processor has. OpenBLAS brings kernels
// for many processors and picks by the processor's model: one that is newer than it, it takes for an old one,
// and computes with a quarter of the vectors (Debian 12's 0.3.21 takes an Emerald Rapids Xeon for a Prescott
// of 2004: 25 GFLOP/s instead of 148).
#pragma once

#include <string>
#include <string_view>

namespace twin {

struct BlasKernels {
  std::string core;   // that the kernels are made for: "Haswell"
  std::string found;  // the one that OpenBLAS picked by itself, before use_widest_kernels(); the same where
                      // it was right
  /// Bytes of a vector: of the kernels (0: of a core that we do not know), and of this processor (16, 32 with
  /// AVX2 and FMA, 64 with AVX-512; 0: no x86).
  int vector_bytes = 0, processor_vector_bytes = 0;

  bool mended() const { return found != core; }
  bool narrow() const { return vector_bytes > 0 && vector_bytes < processor_vector_bytes; }
};

BlasKernels blas_kernels();

/// Bytes of the vectors that OpenBLAS's kernels for a core compute with; 0 when the name is not known.
int vector_bytes_of(std::string_view core);

/// Starts this program anew, once, with the kernels for this processor's vectors (OPENBLAS_CORETYPE, also for
/// the programs that it runs) where OpenBLAS has picked narrower ones. Call it before anything else is done.
/// Throws MachineError when the program cannot be started.
void use_widest_kernels();

}  // namespace twin
