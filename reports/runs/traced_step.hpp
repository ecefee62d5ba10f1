// One training step of both twins with every value, for who explains it.
#pragma once

#include <memory>
#include <vector>

#include "reports/json.hpp"
#include "shared/network.hpp"

namespace twin::reports {

/// The same quantities in the same order on both sides, without what would be shown twice.
struct TracedStep {
  Trace manual, autograd;
};

/// Takes a step of both `networks` (manual, autograd).
TracedStep traced_step(const std::vector<std::unique_ptr<Network>>& networks, const Batch& batch);

/// [{"step", "quantity", "formula", "shape", "values"}]
Json json_of(const Trace& trace);

}  // namespace twin::reports
