#include "reports/named.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

#include "shared/errors.hpp"

namespace twin::reports {

namespace {

// "conv2d", or "conv2d/strided": the stem with this example alone. None when there is no such stem.
std::optional<Stem> stem_named(const std::string& name) {
  const std::size_t slash = name.find('/');
  const Stem* found = find_stem(name.substr(0, slash));
  if (!found) return std::nullopt;
  if (slash == std::string::npos) return *found;
  std::vector<std::string> known;
  for (const Example& example : found->examples) {
    if (name_of(*found, example) == name) return Stem{found->kind, found->name, {example}};
    known.push_back(name_of(*found, example));
  }
  throw UsageError(fmt::format("unknown example {}", name), {},
                   fmt::format("choose from {}", fmt::join(known, ", ")));
}

}  // namespace

Named find_named(const std::vector<std::string>& names) {
  Named found;
  for (const std::string& name : names) {
    const auto network = std::find_if(catalogue().begin(), catalogue().end(),
                                      [&](const CatalogueEntry& entry) { return entry.name == name; });
    if (network != catalogue().end()) {
      found.networks.push_back(*network);
    } else if (std::optional<Stem> stem = stem_named(name)) {
      found.stems.push_back(*std::move(stem));
    } else {
      std::vector<std::string> known;
      for (const CatalogueEntry& entry : catalogue()) known.push_back(entry.name);
      for (const Stem& each : stems()) known.push_back(each.name);
      throw UsageError(fmt::format("unknown network or stem {}", name), {},
                       fmt::format("choose from {}", fmt::join(known, ", ")));
    }
  }
  return found;
}

}  // namespace twin::reports
