// Which programs are guests of a benchmark: the tutorial's own NumPy and PyTorch (Python, bench/peers/), and
// what a second LibTorch brings.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reports/runs/guests.hpp"

namespace twin::reports {

/// Where python3 is looked for: on PATH, and where Debian puts the one that its packages belong to.
inline const std::vector<std::string> kPythons{"python3", "/usr/bin/python3"};

/// "numpy" and "pytorch": each with the first python3 that has its modules, or with what is missing, which is
/// no error.
std::vector<GuestProgram> python_peers(const std::vector<std::string>& pythons = kPythons);

/// Another LibTorch than the one that this program was built over.
struct SecondLibTorch {
  std::filesystem::path folder;   // as for ./twin --libtorch
  std::filesystem::path program;  // twin, built over it
  std::string version;
};

/// Builds twin over it, in a build folder of its own: minutes for the first time. Throws MachineError when
/// there is no LibTorch in the folder, or it does not build, or what was built does not start.
SecondLibTorch second_libtorch(const std::filesystem::path& folder);

/// "autograd-2", and, where the folder belongs to a Python package of PyTorch, "pytorch-2".
std::vector<GuestProgram> guests_of_libtorch(const SecondLibTorch& second,
                                             const std::vector<std::string>& pythons = kPythons);

}  // namespace twin::reports
