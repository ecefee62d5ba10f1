// The list of networks. Everything else (commands, tests, benchmarks, report) walks over it: a network is
// added here, by its specification, and nowhere else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/seeds/random.hpp"
#include "shared/specs/network_spec.hpp"

namespace twin {

struct CatalogueEntry {
  std::string name;
  std::string title;
  NetworkSpec spec;
  std::string dataset;
  std::int64_t epochs;
  std::int64_t batch_size;  // 0: the whole dataset at once
  Seed seed;
};

const std::vector<CatalogueEntry>& catalogue();

/// Whether a network computes so much, more than ten million operations for each sample, that bounds for all
/// of it take minutes to derive, and are too wide at its depth to certify much. Its layers are checked one by
/// one.
bool is_large(const NetworkSpec& spec);

/// Throws UsageError naming the networks there are.
const CatalogueEntry& find_network(std::string_view name);

}  // namespace twin
