#include "shared/terminal/style.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fmt/color.h>
#include <unistd.h>

namespace twin {
namespace {

bool colours_wanted() {
  static const bool wanted = isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
  return wanted;
}

fmt::text_style style_of(Colour colour) {
  switch (colour) {
    case Colour::good:
      return fmt::fg(fmt::terminal_color::green);
    case Colour::bad:
      return fmt::fg(fmt::terminal_color::red) | fmt::emphasis::bold;
    case Colour::faint:
      return fmt::text_style(fmt::emphasis::faint);
    case Colour::strong:
      return fmt::text_style(fmt::emphasis::bold);
    case Colour::plain:
      break;
  }
  return {};
}

}  // namespace

std::string coloured(std::string_view text, Colour colour) {
  if (colour == Colour::plain || !colours_wanted()) return std::string(text);
  return fmt::format(style_of(colour), "{}", text);
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Progress::Progress(std::string title)
    : title_(std::move(title)),
      terminal_(isatty(STDERR_FILENO)),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {}

Progress::~Progress() { wipe(); }

void Progress::show(std::int64_t done, std::int64_t total) {
  if (!terminal_ || total <= 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  drawn_ = true;
  constexpr int kWidth = 30;
  const double share = static_cast<double>(done) / static_cast<double>(total);
  const int filled = static_cast<int>(share * kWidth);
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  fmt::print(stderr, "\r\033[K{} [{:#<{}}{:.<{}}] {:3.0f} %  {:.0f} s left", title_, "", filled, "",
             kWidth - filled, 100 * share, done > 0 ? elapsed / share - elapsed : 0.0);
  std::fflush(stderr);
}

void Progress::wipe() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace twin
