// A study of mistakes as JSON: the schema twingrad.mutants/1.
#pragma once

#include "reports/runs/mutants.hpp"

namespace twin::reports {

Json options_json(const MutantsOptions& options);
/// {"baseline", "mutants": […], "counts"}
Json result_json(const MutantsResult& result);

}  // namespace twin::reports
