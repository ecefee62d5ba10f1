#include "shared/catalogue.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shared/errors.hpp"

namespace twin {

const std::vector<CatalogueEntry>& catalogue() {
  static const std::vector<CatalogueEntry> entries{
      {"perceptron", "one sigmoid neuron",
       mlp({2, 1}, MseLossSpec{}, SgdSpec{.lr = 1.0}, UniformInitialiser{.bound = 1.0}), "or", 1000, 0, 1},
      {"xor", "the smallest network that needs its hidden layer",
       mlp({2, 4, 1}, MseLossSpec{}, SgdSpec{.lr = 2.0}, UniformInitialiser{.bound = 1.0}), "xor", 10000, 0,
       1},
      {"fashion-mlp", "sigmoid MLP on 28×28 pictures of clothes",
       mlp({784, 256, 128, 10}, CrossEntropyLossSpec{}, SgdSpec{.lr = 0.05, .momentum = 0.9},
           XavierUniformInitialiser{}),
       "fashion-mnist", 10, 100, 1},
  };
  return entries;
}

const CatalogueEntry& find_network(std::string_view name) {
  const std::vector<CatalogueEntry>& all = catalogue();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& entry) { return entry.name == name; });
  if (found != all.end()) return *found;
  std::vector<std::string> names;
  for (const CatalogueEntry& entry : all) names.push_back(entry.name);
  throw UsageError(fmt::format("unknown network {}", name), {},
                   fmt::format("choose from {}", fmt::join(names, ", ")));
}

}  // namespace twin
