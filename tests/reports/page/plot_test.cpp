#include "reports/page/plot.hpp"

#include <cmath>
#include <limits>

#include "shared/errors.hpp"
#include "tests/reports/page/plots.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Plot, EveryKindIsDrawn) {
  for (const Plot& plot : plots_of_every_kind()) {
    const std::string svg = draw_svg(plot);
    EXPECT_THAT(svg, HasSubstr(plot.title));
    EXPECT_THAT(svg, HasSubstr("</svg>"));
    for (const Curve& curve : plot.curves) EXPECT_THAT(svg, HasSubstr(curve.title)) << plot.title;
    for (const Mark& mark : plot.marks) EXPECT_THAT(svg, HasSubstr(mark.label));
  }
}

TEST(Plot, PointsHaveTheirLabels) {
  EXPECT_THAT(draw_svg(plots_of_every_kind()[1]), mentions("width 8", "width 512"));
}

TEST(Plot, HeatMapHasATextInEveryCellThatIsKnown) {
  const std::string svg = draw_svg(plots_of_every_kind()[5]);
  EXPECT_THAT(svg, mentions(">50<", ">20<", ">0.9<", ">256<", ">512<"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(Plot, HeatMapIsWhiteInTheMiddle) {
  Plot plot{"", "", "", false, false, false, {}};
  plot.map = {{"row"}, {"a", "b", "c"}, {0.5, 1, 2}, {}, true, 1.0};
  EXPECT_THAT(draw_svg(plot), mentions("rgb(116, 179, 216)", "rgb(255, 255, 255)", "rgb(245, 162,  93)"));
}

TEST(Plot, HeatMapOfOneValue) {
  Plot plot{"one", "", "", false, false, false, {}};
  for (const std::optional<double> middle : {std::optional<double>(), std::optional<double>(1)})
    for (const bool logarithmic : {false, true}) {
      plot.map = {{"row"}, {"column"}, {1}, {"text"}, logarithmic, middle};
      EXPECT_THAT(draw_svg(plot), HasSubstr(">text<"));
    }
}

TEST(Plot, LeavesOutWhatALogarithmicAxisCannotShow) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Plot plot{
      "t", "x", "y", true, true, true, {{"c", {0, 1, 2, 4}, {1, 0, kInfinity, 8}}, {"d", {1, 2}, {3, 5}}}};
  EXPECT_THAT(draw_svg(plot), HasSubstr("</svg>"));
}

TEST(Plot, TextIsTakenAsItIs) {
  const std::string text = "a_b \"q\" 's' \\n @m `id` {1}^2";
  Plot lines{text,
             text + 'x',
             text + 'y',
             true,
             false,
             true,
             {{text + 'c', {1, 2}, {3, 4}}, {"d", {1}, {2}, {}, {}, {text + 'l'}}}};
  lines.marks = {{1.5, text + 'm'}};
  const std::string drawn = draw_svg(lines);
  for (const char end : {'<', 'x', 'y', 'c', 'l', 'm'}) EXPECT_THAT(drawn, HasSubstr(text + end));
  Plot bars{"", "", "", false, false, false, {{"c", {}, {1}}}};
  bars.categories = {text};
  EXPECT_THAT(draw_svg(bars), HasSubstr(text));
  Plot heat{"", "", "", false, false, false, {}};
  heat.map = {{text + 'r'}, {text + 'c'}, {1}, {text + 't'}};
  const std::string map = draw_svg(heat);
  for (const char end : {'r', 'c', 't'}) EXPECT_THAT(map, HasSubstr(text + end));
}

TEST(Plot, BreaksALongTitle) {
  std::string title;
  for (int word = 0; word < 12; ++word) title += "eleven-char ";
  const std::string svg = draw_svg({title, "", "", false, false, false, {{"c", {1, 2}, {3, 4}}}});
  EXPECT_THAT(svg, HasSubstr("eleven-char eleven-char"));
  EXPECT_THAT(svg, Not(HasSubstr("eleven-char eleven-char eleven-char eleven-char eleven-char")));
}

}  // namespace
}  // namespace twin::reports
