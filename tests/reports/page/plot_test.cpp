#include "reports/page/plot.hpp"

#include <cmath>
#include <limits>
#include <regex>

#include "shared/errors.hpp"
#include "shared/terminal/style.hpp"
#include "tests/reports/page/plots.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::Contains;
using testing::IsSubsetOf;
using testing::IsSupersetOf;
using testing::Not;

// All that can be read in a picture, line by line.
std::vector<std::string> texts_of(const Plot& plot) {
  static const std::regex text("<(?:text|tspan)[^>]*>([^<]+)</");
  const std::string svg = draw_svg(plot);
  std::vector<std::string> texts;
  for (std::sregex_iterator at(svg.begin(), svg.end(), text), end; at != end; ++at) texts.push_back((*at)[1]);
  return texts;
}

TEST(Plot, EveryKindIsDrawn) {
  for (const Plot& plot : plots_of_every_kind()) {
    const std::vector<std::string> texts = texts_of(plot);
    EXPECT_THAT(texts, Contains(plot.title));
    for (const Curve& curve : plot.curves) EXPECT_THAT(texts, Contains(curve.title)) << plot.title;
    for (const Mark& mark : plot.marks) EXPECT_THAT(texts, Contains(mark.label));
    EXPECT_THAT(plot.categories, IsSubsetOf(texts)) << plot.title;
  }
}

TEST(Plot, PointsHaveTheirLabels) {
  EXPECT_THAT(texts_of(plots_of_every_kind()[1]), IsSupersetOf({"width 8", "width 512"}));
}

TEST(Plot, HeatMapHasATextInEveryCellThatIsKnown) {
  const std::vector<std::string> texts = texts_of(plots_of_every_kind()[5]);
  EXPECT_THAT(texts, IsSupersetOf({"50", "20", "0.9", "256", "512"}));
  EXPECT_THAT(texts, Not(Contains("nan")));
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
      EXPECT_THAT(texts_of(plot), Contains("text"));
    }
}

TEST(Plot, LeavesOutWhatALogarithmicAxisCannotShow) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Plot plot{
      "t", "x", "y", true, true, true, {{"c", {0, 1, 2, 4}, {1, 0, kInfinity, 8}}, {"d", {1, 2}, {3, 5}}}};
  EXPECT_THAT(texts_of(plot), IsSupersetOf({"c", "d"}));
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
  const std::vector<std::string> drawn = texts_of(lines);
  EXPECT_THAT(drawn, Contains(text));
  for (const char end : {'x', 'y', 'c', 'l', 'm'}) EXPECT_THAT(drawn, Contains(text + end));
  Plot bars{"", "", "", false, false, false, {{"c", {}, {1}}}};
  bars.categories = {text};
  EXPECT_THAT(texts_of(bars), Contains(text));
  Plot heat{"", "", "", false, false, false, {}};
  heat.map = {{text + 'r'}, {text + 'c'}, {1}, {text + 't'}};
  EXPECT_THAT(texts_of(heat), IsSupersetOf({text + 'r', text + 'c', text + 't'}));
}

TEST(Plot, BreaksALongTitle) {
  std::string title;
  for (int word = 0; word < 12; ++word) title += "eleven-char ";
  std::size_t widest = 0;
  for (const std::string& text : texts_of({title, "", "", false, false, false, {{"c", {1, 2}, {3, 4}}}}))
    widest = std::max(widest, display_width(text));
  EXPECT_GT(widest, 24);
  EXPECT_LT(widest, 60);
}

}  // namespace
}  // namespace twin::reports
