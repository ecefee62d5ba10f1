// Other programs, run and waited for.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace twin {

struct Finished {
  int code = -1;   // the exit code; -1 when a signal ended it
  int signal = 0;  // that ended it
  std::string out, err;
  double seconds = 0;            // from its start to its end, by the clock on the wall
  double processor_seconds = 0;  // its own and those of the programs that it has waited for
};

/// Where a program's standard error goes: into Finished, or to where this one's goes, so that its progress is
/// seen.
enum class Errors { captured, shown };

/// Runs words[0], a path or a name found on PATH, with the other words as its arguments and nothing to read,
/// and waits for its end. It belongs to the process group of its parent: Ctrl-C ends both. Its environment is
/// that of its parent, but for the variables in `environment`. Throws MachineError, with `remedy`, when there
/// is no such program.
Finished run_program(std::vector<std::string> words, std::string_view remedy = "install it",
                     const std::map<std::string, std::string>& environment = {},
                     Errors errors = Errors::captured);

}  // namespace twin
