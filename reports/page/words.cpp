#include "reports/page/words.hpp"

#include <cmath>
#include <fmt/format.h>

namespace twin::reports {

std::string rounded(double value, int digits) {
  const double unit = std::pow(10, digits);
  if (!std::isfinite(value) || std::abs(value) < unit) {
    const std::string text = fmt::format("{:.{}g}", value, digits);
    // 999.7 has rounded up to a power of ten.
    return text.find("e+") == std::string::npos ? text : fmt::format("{:.0f}", value);
  }
  const double step = std::pow(10, std::floor(std::log10(std::abs(value))) + 1 - digits);
  return fmt::format("{:.0f}", std::round(value / step) * step);
}

std::string threads_in_words(int threads, Language language) {
  if (language == Language::indonesian) return fmt::format("{} utas", threads);
  return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s");
}

}  // namespace twin::reports
