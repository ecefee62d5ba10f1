// What a command line names: networks of the catalogue, and stems.
#pragma once

#include <string>
#include <vector>

#include "shared/catalogue.hpp"
#include "shared/stems.hpp"

namespace twin::reports {

struct Named {
  std::vector<CatalogueEntry> networks;
  std::vector<Stem> stems;
};

/// Each name in the order given; throws UsageError, naming all there are, for one that is neither a network
/// nor a stem.
Named find_named(const std::vector<std::string>& names);

}  // namespace twin::reports
