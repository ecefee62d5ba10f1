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

/// Throws UsageError naming the networks there are.
const CatalogueEntry& find_network(std::string_view name);

}  // namespace twin
