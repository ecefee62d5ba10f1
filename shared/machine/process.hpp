// Other programs: run and waited for, or kept at hand and talked to.
#pragma once

#include <map>
#include <optional>
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

/// A program that stays: it reads a line and answers with a line. As run_program(), but for what it reads and
/// writes. Its destructor ends it, whatever it is doing.
class Companion {
 public:
  /// Throws MachineError, with `remedy`, when there is no such program.
  Companion(const std::vector<std::string>& words, std::string_view remedy,
            const std::map<std::string, std::string>& environment = {});
  ~Companion();
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;

  /// The line that it says next, after it was told `line` (without a line break; empty: nothing). Nothing
  /// when it has ended, or takes longer than `patience` seconds: why() says which, and it is ended then.
  std::optional<std::string> ask(std::string_view line, double patience);
  /// Why there was no answer: the last line that it wrote to its standard error; or the signal or the code
  /// with which it ended; or that there was none in time.
  const std::string& why() const { return why_; }

 private:
  void end(bool waited_in_vain, double patience);

  int descriptor_ = -1;  // both its standard input and its standard output
  int errors_ = -1;
  int child_ = 0;  // 0 when it has ended
  std::string unread_, why_;
};

/// The last line of a text that is not empty.
std::string last_line(std::string_view text);

}  // namespace twin
