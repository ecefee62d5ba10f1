// The one place that knows both twins by name.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "shared/compare_networks/equivalence.hpp"
#include "shared/network.hpp"

namespace twin::reports {

const Twins& twins();

/// The hand first.
const std::vector<const Backend*>& backends();

/// "manual", "autograd" or, for both, "both". Throws UsageError otherwise.
std::vector<const Backend*> choose_backends(std::string_view name);

/// Where a backend computes when the user asked for `device`: the hand stays on the processor. Throws
/// MachineError when no backend has the device.
Device device_of(const Backend& backend, Device device);

}  // namespace twin::reports
