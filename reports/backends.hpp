// The one place that knows both twins by name.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "shared/compare_networks/equivalence.hpp"
#include "shared/network.hpp"

namespace twin::reports {

const Twins& twins();

/// In this order: manual, autograd.
const std::vector<const Backend*>& backends();

/// `name` is "manual", "autograd" or "both". Throws UsageError otherwise.
std::vector<const Backend*> choose_backends(std::string_view name);

/// Where a backend computes when the user asked for `device`: on that device, or on the processor if the
/// backend knows no other, as manual does. Throws MachineError when no backend has the device.
Device device_of(const Backend& backend, Device device);

}  // namespace twin::reports
