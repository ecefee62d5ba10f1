#include "reports/page/gnuplot.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "shared/terminal/style.hpp"

namespace twin::reports::gnuplot {
namespace {

// Counts and sizes in all their digits: "49536".
std::string axis_number(double value, Language language) {
  constexpr double kPlain = 1e7;
  if (std::nearbyint(value) == value && std::abs(value) < kPlain) return fmt::format("{:.0f}", value);
  return rounded(value, language);
}

std::string tics(const Axis& axis, const std::vector<std::pair<double, std::string>>& numbers) {
  constexpr double kLetter = 9.5, kLine = 30, kGap = 8;
  const bool across = axis.name == 'x';
  std::string list;
  double taken = -1e9;
  for (const auto& [value, text] : numbers) {
    const double place = axis.share(value) * (across ? kGraphWidth : kGraphHeight);
    // "10^{-3}" is drawn without three of its signs.
    const double letters = static_cast<double>(display_width(text)) - (text.find("^{") != text.npos ? 3 : 0);
    const double half = across ? (letters * kLetter + kGap) / 2 : kLine / 2;
    if (place - half < taken) continue;
    taken = place + half;
    list += fmt::format("{}{} {:.9g}", list.empty() ? "" : ", ", literal(text), value);
  }
  return fmt::format("set {}tics ({})\n", axis.name, list);
}

}  // namespace

std::string literal(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "'.\"'\".'" : c == '\n' ? "'.\"\\n\".'" : std::string{c};
  return result + "'";
}

std::string wrapped(const std::string& text, std::size_t columns) {
  std::string result, line;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    begin = end + 1;
    if (!line.empty() && display_width(line) + 1 + display_width(word) > columns) {
      result += line + "\n";
      line.clear();
    }
    line += line.empty() ? word : " " + word;
  }
  return result + line;
}

bool shown(double value, bool logarithmic) { return std::isfinite(value) && (!logarithmic || value > 0); }

double Axis::share(double value) const {
  if (!(low < high)) return 0.5;
  const auto scaled = [&](double v) { return logarithmic ? std::log(v) : v; };
  return (scaled(value) - scaled(low)) / (scaled(high) - scaled(low));
}

Axis axis_over(char name, bool logarithmic, const std::vector<double>& values) {
  Axis axis{name, logarithmic, INFINITY, -INFINITY};
  for (const double value : values) {
    if (!shown(value, logarithmic)) continue;
    axis.low = std::min(axis.low, value);
    axis.high = std::max(axis.high, value);
  }
  return axis;
}

std::string numbers_at(const Axis& axis, const std::vector<double>& places, Language language) {
  std::vector<std::pair<double, std::string>> numbers;
  for (const double place : places)
    if (place >= axis.low && place <= axis.high) numbers.emplace_back(place, axis_number(place, language));
  return tics(axis, numbers);
}

std::string logarithmic_scale(const Axis& axis, Language language) {
  std::string script = fmt::format("set logscale {}\n", axis.name);
  if (axis.empty()) return script;
  script += fmt::format("set {}range [{:.9g}:{:.9g}]\n", axis.name, axis.low, axis.high);
  const double low = std::log10(axis.low), high = std::log10(axis.high);
  std::vector<std::pair<double, std::string>> numbers;
  const bool powers = low < -3.5 || high > 5.5;
  const auto collect = [&](const std::vector<double>& steps) {
    numbers.clear();
    for (double decade = std::floor(low); decade <= std::ceil(high); ++decade)
      for (const double step : steps) {
        const double value = step * std::pow(10, decade);
        if (value < axis.low * (1 - 1e-9) || value > axis.high * (1 + 1e-9)) continue;
        numbers.emplace_back(
            value, powers && step == 1 ? fmt::format("10^{{{:.0f}}}", decade) : axis_number(value, language));
      }
  };
  // Powers of ten alone are too few on a short axis.
  collect({1});
  if (high - low < 2) collect({1, 2, 5});
  if (numbers.size() < 3) collect({1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9});
  if (numbers.size() < 2)
    numbers = {{axis.low, axis_number(axis.low, language)}, {axis.high, axis_number(axis.high, language)}};
  return script + tics(axis, numbers);
}

std::string category_names(const std::vector<std::string>& categories) {
  constexpr double kLetter = 8.5, kGap = 8;
  const double slot = kGraphWidth / static_cast<double>(categories.size());
  std::string list;
  double previous = 0;
  bool collide = false;
  for (std::size_t k = 0; k < categories.size(); ++k) {
    list += fmt::format("{}{} {}", k ? ", " : "", literal(categories[k]), k);
    const double width = kLetter * static_cast<double>(display_width(categories[k])) + kGap;
    collide |= k > 0 && (previous + width) / 2 > slot;
    previous = width;
  }
  return fmt::format("set xtics scale 0 {} noenhanced font ',14' ({})\n", collide ? "rotate by 30 right" : "",
                     list);
}

}  // namespace twin::reports::gnuplot
