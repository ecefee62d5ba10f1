// The mistakes of tests/mutants: each is a patch against manual/ or a source of shared/, below a header that
// says what is wrong, what would be right, where it is met, and what a diagnosis should call it.
//
//   Mistake: the gradient of the sum of squares, where the loss is their mean
//   Right: d_y = 2·(y - t) / (N·F)
//   Seen: a common slip; …
//   Cause: factor_elements|factor_batch     any of them is right; "none": the twins do not differ by it
//   Tensor: .*weight                        a regular expression for where it is; may be left out
//
//   diff --git a/manual/losses/mse.hpp b/manual/losses/mse.hpp
//   …
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace twin::reports {

struct Mutant {
  std::string name;  // of the patch file: "mse-mean-missing"
  std::string mistake, right, seen;
  std::vector<std::string> causes;  // empty: the twins do not differ by it
  std::string tensor;               // empty: anywhere
  std::filesystem::path patch;
  std::vector<std::string> files;  // that it changes, by their paths from the root
};

/// Every mutant of a source tree, by name. Throws DataError, naming the patch, for a header that lacks a line
/// or names a cause that no diagnosis has, and for a patch that changes anything but manual/ and
/// shared/**/*.cpp.
std::vector<Mutant> load_mutants(const std::filesystem::path& source);

/// The contents, by their paths from the root, that the mutant's files have once it is applied to those of
/// `source`; made with patch(1) in `scratch`, whose contents are lost. Throws DataError naming file and hunk
/// when it does not apply, MachineError without patch(1).
std::map<std::string, std::string> patched_files(const Mutant& mutant, const std::filesystem::path& source,
                                                 const std::filesystem::path& scratch);

/// Whether the diagnosis of a mismatch, a cause in the tensors of that ", "-separated list, is right.
bool names_the_cause(const Mutant& mutant, std::string_view cause, const std::string& tensors);

}  // namespace twin::reports
