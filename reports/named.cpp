#include "reports/named.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shared/errors.hpp"

namespace twin::reports {

Named find_named(const std::vector<std::string>& names) {
  Named found;
  for (const std::string& name : names) {
    const auto network = std::find_if(catalogue().begin(), catalogue().end(),
                                      [&](const CatalogueEntry& entry) { return entry.name == name; });
    if (network != catalogue().end()) {
      found.networks.push_back(*network);
    } else if (const Stem* stem = find_stem(name)) {
      found.stems.push_back(*stem);
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
