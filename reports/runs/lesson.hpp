// The tutorial's lesson, made from the sources and from a run: one training step of XOR on both sides.
#pragma once

#include <filesystem>

#include "reports/json.hpp"

namespace twin::reports {

/// {"code": {"numpy": [5 texts], "pytorch": [5 texts], "manual": text, "autograd": text},
///  "values": {"manual": [...], "autograd": [...]}, as json_of(Trace); "before": [{"quantity", "values"}],
///  "targets": [...],
///  "graph": [{"name", "parameter", "next"}], of the loss as LibTorch holds it,
///  "work": [{"node", "code"}]}: the lines by hand that do what a node of the graph does, by the beginning of
/// its name. Texts of code are cut out of the sources below `root`. Throws DataError when one of them is not
/// there.
Json xor_lesson(const std::filesystem::path& root);

}  // namespace twin::reports
