// What a command line names: networks of the catalogue, stems, and single examples of stems.
#pragma once

#include <string>
#include <vector>

#include "shared/catalogue.hpp"
#include "shared/stems.hpp"

namespace twin::reports {

struct Named {
  std::vector<CatalogueEntry> networks;
  std::vector<Stem> stems;  // with all of their examples, or with the one that was named
};

/// Each name in the order given: "lenet", "conv2d", "conv2d/strided". Throws UsageError, naming all there
/// are, for one that is neither a network nor a stem, or that is no example of its stem.
Named find_named(const std::vector<std::string>& names);

}  // namespace twin::reports
