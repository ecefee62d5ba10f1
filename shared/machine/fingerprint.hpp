// What a measurement was taken on: figures of different fingerprints do not compare.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace twin {

struct Fingerprint {
  std::string processor;  // "AMD EPYC"
  int processors;         // that this process may run on
  std::int64_t l2_bytes;  // of one core; 0 when unknown
  std::int64_t l3_bytes;  // 0 when unknown
  std::int64_t memory_bytes;
  std::string system;             // "Linux 6.1 x86_64"
  std::string compiler;           // "GCC 12.2.0"
  std::string build;              // "Release -march=native"
  std::vector<std::string> gpus;  // that NVIDIA's driver names: "NVIDIA H200"
};

Fingerprint fingerprint();

}  // namespace twin
