// Colour and progress, on a terminal alone: a pipe gets plain text and no bars.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace twin {

enum class Colour { plain, good, bad, faint, strong };

/// `text` in a colour when standard output is a terminal and NO_COLOR is not set (https://no-color.org).
std::string coloured(std::string_view text, Colour colour);

/// Columns that UTF-8 text takes on a terminal, one for each code point.
std::size_t display_width(std::string_view text);

/// A progress bar on standard error, drawn at most ten times a second and wiped when it goes out of scope.
/// Silent when standard error is no terminal.
class Progress {
 public:
  explicit Progress(std::string title);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::int64_t done, std::int64_t total);
  /// Clears the line, so that something else can be printed.
  void wipe();

 private:
  std::string title_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace twin
