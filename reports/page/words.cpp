#include "reports/page/words.hpp"

#include <fmt/format.h>

namespace twin::reports {

std::string rounded(double value, int digits) {
  const std::string text = fmt::format("{:.{}g}", value, digits);
  return text.find("e+") == std::string::npos ? text : fmt::format("{:.0f}", std::stod(text));
}

std::string threads_in_words(int threads, Language language) {
  if (language == Language::indonesian) return fmt::format("{} utas", threads);
  return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s");
}

}  // namespace twin::reports
