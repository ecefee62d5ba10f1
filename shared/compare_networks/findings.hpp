// What is said of the values in which two networks differ.
#pragma once

#include <vector>

#include "shared/compare_networks/suspect.hpp"

namespace twin {

/// One finding for each cause, in the order in which the values went wrong. A value that went wrong after the
/// first (Suspect::later) may be wrong because of it alone: the first finding names it too where both have
/// the same cause; otherwise nothing is said of it.
std::vector<Finding> findings_of(const std::vector<Suspect>& suspects);

}  // namespace twin
