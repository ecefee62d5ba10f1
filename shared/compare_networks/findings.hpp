// What is said of the values in which two networks differ.
#pragma once

#include <vector>

#include "shared/compare_networks/suspect.hpp"

namespace twin {

/// One finding for each cause, in the order in which the values went wrong; a value that another came before
/// is told with the first finding where it shares its cause, and not at all where it does not.
std::vector<Finding> findings_of(const std::vector<Suspect>& suspects);

}  // namespace twin
