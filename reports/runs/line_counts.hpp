// How many lines each side needs, and what they do; counted from the sources.
#pragma once

#include <filesystem>

#include "reports/json.hpp"

namespace twin::reports {

/// The folders of the two sides, and their names in every result.
inline constexpr const char* kSides[] = {"manual", "autograd"};

/// The lines of both sides below the source tree `root`, each as {"code", "comment", "blank"}:
///
///   parts       [{"part": "layers/dense", "manual": lines, "autograd": lines}]; files of the same stem are a
///               part, null stands on the side that has none
///   networks    [{"network", "parts", "manual": {"own", "shared", "shared_parts"}, "autograd": …}] of the
///               catalogue: its layers, loss, optimiser (schedule, clipping), and what else it is built with
///   totals      {"manual": lines, "autograd": lines}
///   stems       [{"stem": "layers/dense", "manual": {"own", "named"}, "autograd": …, "shared": …}] of every
///               stem that both sides have: the code of its own files, and the lines of code elsewhere that
///               name it ({"lines", "files"}); what is shared says what the stem is, for both sides
///
/// Throws MachineError when the source tree or g++ is missing, DataError when a network of the catalogue has
/// no sources.
Json count_lines(const std::filesystem::path& root);

/// What the lines of code of each side do, by the names of their functions: {"manual": {"code", "forward",
/// "backward", "update", "rest", "kinds": [the same, with "kind"], "functions": [{"path", "name", "role",
/// "lines"}]}, "autograd": …}. Functions that are neither forward, backward nor update, and what stands
/// outside of functions, are the rest. Throws MachineError when the source tree, g++ or universal-ctags is
/// missing.
Json count_roles(const std::filesystem::path& root);

/// Where the sources of this program are.
std::filesystem::path source_tree();

}  // namespace twin::reports
