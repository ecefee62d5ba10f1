// What gnuplot draws becomes a picture for light and dark pages, and smaller.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twin::reports {

/// A colour on a light page, as "#0072b2", and what it becomes on a dark one.
struct Tint {
  std::string light, dark;
};

/// The colours of curves and bars, told apart by colour-blind readers too; as text they can be read on both
/// pages.
const Tint& curve_tint(std::size_t index);

inline constexpr std::string_view kInk = "#000000", kFaintInk = "#444444", kGrid = "#dddddd",
                                  kPaper = "#ffffff", kOnColour = "#fffffe";  // text on a bar

/// Gives every colour its dark counterpart, `more` ones beside those above, by rules that a browser follows
/// in <img> too; and leaves out what gnuplot writes and nobody sees.
std::string light_and_dark(std::string_view svg, const std::vector<Tint>& more);

}  // namespace twin::reports
