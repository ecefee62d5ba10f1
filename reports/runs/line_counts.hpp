// How many lines each side needs, and what they do; counted from the sources.
#pragma once

#include <filesystem>
#include <string>

#include "reports/json.hpp"

namespace twin::reports {

/// The folders of the two sides, and their names in every result.
inline constexpr const char* kSides[] = {"manual", "autograd"};

/// The lines of both sides below the source tree `root`, each as {"code", "comment", "blank"}, and of the
/// code those in functions that go "forward", go "backward" or "update" weights, and the "apparatus":
/// functions that the comparison or a variant of the benchmarks needs and no network.
///
///   parts       [{"part": "layers/dense", "manual": lines, "autograd": lines}]; files of the same stem are a
///               part, null stands on the side that has none
///   networks    [{"network", "parts", "manual": {"own", "shared", "shared_parts"}, "autograd": …}] of the
///               catalogue: its layers, loss, optimiser (schedule, clipping), and what else it is built with
///   peers       [{"network", "numpy": {"parts", "program"}, "pytorch": …}] of those that bench/peers can
///   build,
///               in lines of code
///   totals      {"manual": lines, "autograd": lines}
///
/// Throws MachineError when the source tree, g++ or universal-ctags is missing, DataError when a network of
/// the catalogue has no sources.
Json count_lines(const std::filesystem::path& root);

/// Lines of code in a file of bench/peers: up to "def pytorch(" they are NumPy's, from there on PyTorch's.
/// Comments, docstrings and blank lines are none.
struct PeerLines {
  int numpy = 0, pytorch = 0;
};
PeerLines peer_lines(const std::string& python);

/// Where the sources of this program are.
std::filesystem::path source_tree();

}  // namespace twin::reports
