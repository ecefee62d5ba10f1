#include "shared/machine/kernels.hpp"

#include <cpuinfo.h>
#include <cstdlib>

#include "shared/machine/blas.hpp"
#include "shared/machine/restart.hpp"

namespace twin {
namespace {

// Of a process that was started anew: what OpenBLAS had picked before.
constexpr const char* kFound = "TWINGRAD_BLAS_FOUND";

struct Core {
  std::string_view name;
  int vector_bytes;
};

// The names of OpenBLAS (driver/others/dynamic.c) for x86. Those with vectors of 32 bytes but without fused
// multiply-adds of all of them (Sandybridge, Bulldozer and its kin) count as half as wide: they compute half
// as fast.
constexpr Core kCores[] = {
    {"Prescott", 16},    {"Core2", 16},         {"Penryn", 16},      {"Dunnington", 16}, {"Athlon", 16},
    {"Opteron", 16},     {"Opteron_SSE3", 16},  {"Barcelona", 16},   {"Bobcat", 16},     {"Atom", 16},
    {"Nano", 16},        {"Nehalem", 16},       {"Sandybridge", 16}, {"Bulldozer", 16},  {"Piledriver", 16},
    {"Steamroller", 16}, {"Excavator", 16},     {"Haswell", 32},     {"Zen", 32},        {"SkylakeX", 64},
    {"Cooperlake", 64},  {"SapphireRapids", 64}};

int processor_vector_bytes() {
  if (!cpuinfo_initialize()) return 0;
  // What OpenBLAS's kernels for SkylakeX are compiled for.
  if (cpuinfo_has_x86_avx512f() && cpuinfo_has_x86_avx512cd() && cpuinfo_has_x86_avx512bw() &&
      cpuinfo_has_x86_avx512dq() && cpuinfo_has_x86_avx512vl())
    return 64;
  if (cpuinfo_has_x86_avx2() && cpuinfo_has_x86_fma3()) return 32;
  return cpuinfo_has_x86_sse2() ? 16 : 0;
}

}  // namespace

int vector_bytes_of(std::string_view core) {
  for (const Core& known : kCores)
    if (known.name == core) return known.vector_bytes;
  return 0;
}

BlasKernels blas_kernels() {
  BlasKernels kernels;
  kernels.core = blas_core();
  const char* found = std::getenv(kFound);
  kernels.found = found ? found : kernels.core;
  kernels.vector_bytes = vector_bytes_of(kernels.core);
  kernels.processor_vector_bytes = processor_vector_bytes();
  return kernels;
}

void use_widest_kernels() {
  const BlasKernels kernels = blas_kernels();
  if (std::getenv(kFound) || !kernels.narrow()) return;  // once is enough: a second time would help no more
  start_anew_with({{"OPENBLAS_CORETYPE", kernels.processor_vector_bytes == 64 ? "SkylakeX" : "Haswell"},
                   {kFound, kernels.core}});
}

}  // namespace twin
