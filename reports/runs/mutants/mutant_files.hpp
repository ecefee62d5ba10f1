// The mistakes of tests/mutants. Each is a file in the folder of the stem that it belongs to, and is named
// after both: tests/mutants/mse/mean-missing.mutant is mse-mean-missing. A header says what is wrong, what
// would be right, where it is met, and what a diagnosis should call it; edits of manual/ or of a source of
// shared/ make the mistake.
//
//   Mistake: the gradient of the sum of squares, where the loss is their mean
//   Right: d_y = 2·(y - t) / (N·F)
//   Seen: a common slip; …
//   Cause: factor_elements|factor_batch     any of them is right; "none": the twins do not differ by it
//   Framework: derived                      who writes what is wrong here where a framework is used (below)
//   Held-out: yes                           the diagnosis was finished before it met this one; may be left
//   out Tensor: .*weight                        a regular expression for where it is; may be left out
//
//   File: manual/losses/mse.hpp
//   Replace:
//       difference_ * (Scalar(2) / Scalar(static_cast<double>(difference_.size())))
//   With:
//       difference_ * Scalar(2)
//
// The edits are made one after the other. What an edit replaces stands in its file exactly once; a run of
// blanks and line ends is like any other there, so that a new layout of the file changes nothing. The lines
// that replace it are indented as the line where it begins; nothing in place of whole lines leaves nothing of
// them.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace twin::reports {

struct Edit {
  std::string file;  // by its path from the root
  std::string fragment, replacement;
};

/// Who writes what is wrong in a mutant, where a network is built with LibTorch: nobody, since autograd
/// derives it from the forward pass; the library, which brings the layer, the loss, the optimiser or the
/// initialiser; or still its user, who can make the mistake there.
enum class Framework { derived, brought, left };
/// "derived", as in the files.
std::string_view name_of(Framework framework);

struct Mutant {
  std::string name, stem;  // "mse-mean-missing", "mse"
  std::string mistake, right, seen;
  std::vector<std::string> causes;  // empty: the twins do not differ by it
  Framework framework = Framework::left;
  bool held_out = false;
  std::string tensor;  // empty: anywhere
  std::filesystem::path path;
  std::vector<Edit> edits;
};

/// Texts of files, by their paths from the root.
using FileContents = std::map<std::string, std::string>;

using Causes = std::set<std::string, std::less<>>;

/// Every mutant of a source tree, by name. Throws DataError, naming the file, for one that is damaged, that
/// stands in no stem's folder, that names a cause that is not among `causes`, or that changes anything but
/// manual/ and shared/**/*.cpp; MachineError when there is no tests/mutants.
std::vector<Mutant> load_mutants(const std::filesystem::path& source, const Causes& causes);

/// Those of `all` that `names` name, by their names or by their stems; all, when there is no name. Throws
/// UsageError for a name that is none of theirs.
std::vector<Mutant> select_mutants(std::vector<Mutant> all, const std::vector<std::string>& names);

/// The files that the mutant changes, as they are once its edits are made in those of `source`. Throws
/// DataError, naming mutant and edit, when a fragment does not stand in its file exactly once.
FileContents mutated_files(const Mutant& mutant, const std::filesystem::path& source);

/// Whether the diagnosis of a mismatch, a cause in the tensors of that ", "-separated list, is right.
bool names_the_cause(const Mutant& mutant, std::string_view cause, const std::string& tensors);

}  // namespace twin::reports
