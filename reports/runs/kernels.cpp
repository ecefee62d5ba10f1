#include "reports/runs/kernels.hpp"

#include <fmt/format.h>

#include "manual/fastest_products.hpp"
#include "shared/machine/kernels.hpp"

namespace twin::reports {

Json measured_kernels() {
  constexpr Eigen::Index kSize = 512;
  const BlasKernels kernels = blas_kernels();
  const manual::ProductRates rates = manual::product_rates<float>(kSize);
  return {{"core", kernels.core},
          {"found", kernels.found},
          {"vector_bytes", kernels.vector_bytes},
          {"processor_vector_bytes", kernels.processor_vector_bytes},
          {"blas_flops", rates.blas},
          {"eigen_flops", rates.eigen}};
}

std::vector<std::string> kernel_warnings(const Json& kernels, Language language) {
  // Kernels of the right width differ by a third at most, either way.
  constexpr double kBehind = 0.67;
  std::vector<std::string> warnings;
  const std::string core = kernels.at("core");
  const int vector_bytes = kernels.at("vector_bytes"), processor_bytes = kernels.at("processor_vector_bytes");
  if (vector_bytes > 0 && vector_bytes < processor_bytes)
    warnings.push_back(
        say(language,
            "OpenBLAS takes this processor for a {} and computes with vectors of {} bytes, where the "
            "processor has {}. Every side over OpenBLAS is slower than it could be. A newer OpenBLAS "
            "would know the processor.",
            core, vector_bytes, processor_bytes));
  const double blas = kernels.at("blas_flops"), eigen = kernels.at("eigen_flops");
  if (blas < kBehind * eigen)
    warnings.push_back(
        say(language,
            "OpenBLAS ({}) multiplies two 512×512 matrices of float32 at {:.3Lg} GFLOP/s, Eigen's own "
            "kernels at {:.3Lg}. The manual side takes the faster ones, and a LibTorch over this "
            "OpenBLAS cannot: part of its distance comes from there.",
            core, blas / 1e9, eigen / 1e9));
  return warnings;
}

std::string kernels_mended(const Json& kernels, Language language) {
  const std::string core = kernels.at("core"), found = kernels.at("found");
  if (core == found) return {};
  return say(language,
             "OpenBLAS took this processor for a {} and picked kernels with narrower vectors than it has. "
             "All sides were "
             "measured with those for a {} instead (OPENBLAS_CORETYPE).",
             found, core);
}

}  // namespace twin::reports
