#include "reports/page/plot.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <regex>
#include <set>

#include "shared/errors.hpp"
#include "shared/terminal/style.hpp"
#include "tests/reports/page/plots.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSubsetOf;
using testing::IsSupersetOf;
using testing::Not;

// All that can be read in a picture, line by line.
std::vector<std::string> texts_of(const Plot& plot, Language language = Language::english) {
  static const std::regex text("<(?:text|tspan)[^>]*>([^<]+)</");
  const std::string svg = draw_svg(plot, language);
  std::vector<std::string> texts;
  for (std::sregex_iterator at(svg.begin(), svg.end(), text), end; at != end; ++at) texts.push_back((*at)[1]);
  return texts;
}

Plot map_of(HeatMap map) {
  Plot plot{"", "", "", false, false, false, {}};
  plot.map = std::move(map);
  return plot;
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
  EXPECT_THAT(texts, IsSupersetOf({"50", "20*", "0.9", "256", "512"}));
  EXPECT_THAT(texts, Not(Contains("nan")));
}

TEST(Plot, HeatMapIsWhiteInTheMiddle) {
  EXPECT_THAT(draw_svg(map_of({{"row"}, {"a", "b", "c"}, {0.5, 1, 2}, {}, true, 1.0}), Language::english),
              mentions("'#74b3d8'", "'#ffffff'", "'#f5a25d'"));
}

TEST(Plot, HeatMapHasAKeyToItsColours) {
  EXPECT_THAT(texts_of(map_of({{"row"}, {"a", "b"}, {0.25, 8}, {"x", "y"}, true, 1.0})),
              IsSupersetOf({"0.25", "1", "8"}));
  EXPECT_THAT(texts_of(map_of({{"row"}, {"a", "b"}, {3, 8}, {"x", "y"}})), IsSupersetOf({"3", "8"}));
}

TEST(Plot, HeatMapOfOneValue) {
  for (const std::optional<double> middle : {std::optional<double>(), std::optional<double>(1)})
    for (const bool logarithmic : {false, true})
      EXPECT_THAT(texts_of(map_of({{"row"}, {"column"}, {1}, {"text"}, logarithmic, middle})),
                  Contains("text"));
  EXPECT_THAT(texts_of(map_of({{"row"}, {"column"}, {NAN}, {"text"}, true, 1.0})), Contains("text"));
}

TEST(Plot, NoiseHasAMarkThatIsExplained) {
  HeatMap map{{"row"}, {"a", "b"}, {1, 2}};
  EXPECT_THAT(notes_on(map_of(map), Language::english), IsEmpty());
  map.doubtful = {false, true};
  EXPECT_THAT(texts_of(map_of(map)), IsSupersetOf({"1", "2*"}));
  EXPECT_THAT(notes_on(map_of(map), Language::english), ElementsAre(mentions("asterisk", "noise")));
  EXPECT_THAT(notes_on(map_of(map), Language::indonesian), ElementsAre(mentions("Tanda bintang", "derau")));
}

TEST(Plot, CountsWhatALogarithmicAxisCannotShow) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Plot plot{
      "t", "x", "y", true, true, true, {{"c", {0, 1, 2, 4}, {1, 0, kInfinity, 8}}, {"d", {1, 2}, {3, 5}}}};
  EXPECT_THAT(texts_of(plot), IsSupersetOf({"c", "d"}));
  EXPECT_THAT(notes_on(plot, Language::english), ElementsAre(mentions("2 values", "left out")));
  EXPECT_THAT(notes_on(plot, Language::indonesian), ElementsAre(mentions("2 nilai")));
  Plot boxes{"", "", "", false, true, false, {{"c", {}, {}}}};
  boxes.categories = {"a"};
  boxes.curves[0].samples = {{0, 1, 2, 3}};
  EXPECT_THAT(notes_on(boxes, Language::english), ElementsAre(mentions("1 value ")));
  EXPECT_THAT(notes_on(plots_of_every_kind()[0], Language::english), IsEmpty());
}

TEST(Plot, BarsHaveTheirNumbers) {
  Plot bars{"", "", "", false, false, false, {{"c", {}, {0.02, 27.5}}, {"d", {}, {0, NAN}}}};
  bars.categories = {"a", "b"};
  for (const bool logarithmic : {false, true}) {
    bars.log_y = logarithmic;
    EXPECT_THAT(texts_of(bars), IsSupersetOf({"0.02", "27.5", "0"})) << logarithmic;
    EXPECT_THAT(texts_of(bars, Language::indonesian), IsSupersetOf({"0,02", "27,5"}));
  }
}

TEST(Plot, NothingButZerosAreBarsToo) {
  Plot bars{"title", "", "", false, false, false, {{"c", {}, {0, NAN}}}};
  bars.categories = {"a", "b"};
  for (const bool logarithmic : {false, true})
    for (const bool stacked : {false, true}) {
      bars.log_y = logarithmic;
      bars.stacked = stacked;
      EXPECT_THAT(texts_of(bars), IsSupersetOf({"title", "a", "b"}));
    }
}

TEST(Plot, NamesThatWouldCollideAreTurned) {
  Plot bars{"", "", "", false, false, false, {{"c", {}, {1, 2, 3}}}};
  bars.categories = {"a", "b", "c"};
  const auto turned = [&] {
    return draw_svg(bars, Language::english).find("rotate(-30") != std::string::npos;
  };
  EXPECT_FALSE(turned());
  bars.categories = {"a name of twenty-one l", "b name of twenty-one l", "c"};
  EXPECT_TRUE(turned());
}

// The places of the numbers along an axis, by what they say.
std::map<std::string, std::pair<double, double>> places_of(const std::string& svg) {
  static const std::regex text(
      R"(translate\(([0-9.]+),([0-9.]+)\)[^>]*>\s*<text>(?:<tspan[^>]*>)?\s*([^<]+)<)");
  std::map<std::string, std::pair<double, double>> places;
  for (std::sregex_iterator at(svg.begin(), svg.end(), text), end; at != end; ++at)
    places[(*at)[3]] = {std::stod((*at)[1]), std::stod((*at)[2])};
  return places;
}

TEST(Plot, NumbersOfAnAxisDoNotRunIntoEachOther) {
  const Plot plot = plots_of_every_kind()[6];
  const auto places = places_of(draw_svg(plot, Language::english));
  double previous_end = -1;
  int shown = 0;
  for (const double x : plot.curves[0].x) {
    const auto found = places.find(fmt::format("{:.0f}", x));
    if (found == places.end()) continue;
    const double half = 4.5 * static_cast<double>(found->first.size());
    EXPECT_GT(found->second.first - half, previous_end) << x;
    previous_end = found->second.first + half;
    ++shown;
  }
  EXPECT_GE(shown, 5);
  EXPECT_LT(shown, 10);  // or the test would hold of anything
}

TEST(Plot, LabelsOfPointsDoNotRunIntoEachOther) {
  const std::string svg = draw_svg(plots_of_every_kind()[7], Language::english);
  static const std::regex label(
      R"(translate\(([0-9.]+),([0-9.]+)\)[^>]*text-anchor='(\w+)'><text>(64|128|256|512|1024)<)");
  struct Label {
    double left, right, y;
  };
  std::vector<Label> labels;
  for (std::sregex_iterator at(svg.begin(), svg.end(), label), end; at != end; ++at) {
    const double x = std::stod((*at)[1]), width = 7 * static_cast<double>((*at)[4].length());
    const std::string anchor = (*at)[3];
    const double left = anchor == "start" ? x : anchor == "end" ? x - width : x - width / 2;
    labels.push_back({left, left + width, std::stod((*at)[2])});
  }
  ASSERT_GE(labels.size(), 4U);
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      EXPECT_TRUE(labels[i].right < labels[k].left || labels[k].right < labels[i].left ||
                  std::abs(labels[i].y - labels[k].y) > 9)
          << i << " and " << k;
}

TEST(Plot, IndonesianHasADecimalComma) {
  const Plot plot{"t", "x", "y", false, false, true, {{"c", {0, 1}, {0, 0.4}}, {"d", {0, 1}, {0.1, 0.3}}}};
  EXPECT_THAT(texts_of(plot), Contains(" 0.4"));
  EXPECT_THAT(texts_of(plot, Language::indonesian), Contains(" 0,4"));
  const Plot logarithmic{"t", "x", "y", true, true, false, {{"c", {0.5, 2}, {0.5, 2}}}};
  EXPECT_THAT(texts_of(logarithmic, Language::indonesian), Contains("0,5"));
}

TEST(Plot, TextIsTakenAsItIs) {
  const std::string text = "a_b \"q\" 's' \\n @m `id` {1}^2";
  Plot lines{text,
             text + 'x',
             "'s' \\n `id` {1}^2y",
             true,
             false,
             true,
             {{text + 'c', {1, 2}, {3, 4}}, {"d", {1}, {2}, {}, {}, {text + 'l'}}}};
  lines.marks = {{1.5, text + 'm'}};
  const std::vector<std::string> drawn = texts_of(lines);
  EXPECT_THAT(drawn, Contains(text));
  EXPECT_THAT(drawn, Contains(lines.y_label));
  for (const char end : {'x', 'c', 'l', 'm'}) EXPECT_THAT(drawn, Contains(text + end));
  Plot bars{"", "", "", false, false, false, {{"c", {}, {1}}}};
  bars.categories = {text};
  EXPECT_THAT(texts_of(bars), Contains(text));
  EXPECT_THAT(texts_of(map_of({{text + 'r'}, {text + 'c'}, {1}, {text + 't'}})),
              IsSupersetOf({text + 'r', text + 'c', text + 't'}));
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

double luminance(const std::string& colour) {
  double sum = 0;
  const double weights[] = {0.2126, 0.7152, 0.0722};
  for (std::size_t i = 0; i < 3; ++i) {
    const double c = std::stoi(colour.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    sum += weights[i] * (c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return sum;
}

// As the Web Content Accessibility Guidelines define it.
double contrast(const std::string& a, const std::string& b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

TEST(Plot, CanBeReadOnALightPageAndOnADarkOne) {
  EXPECT_NEAR(contrast("#000000", "#ffffff"), 21, 1e-9);
  static const std::regex rule(R"(\[(\w+)='(#\w{6})'\]\{\w+:(#\w{6})\})"),
      colour(R"( (?:fill|stroke|color)='(#\w{6})')");
  // The grid and the cells of a map are what texts and lines stand on.
  const std::set<std::string> grounds{"#ffffff", "#fffffe", "#dddddd"};
  for (const Plot& plot : plots_of_every_kind()) {
    const std::string svg = draw_svg(plot, Language::english);
    std::map<std::string, std::string> dark;
    for (std::sregex_iterator at(svg.begin(), svg.end(), rule), end; at != end; ++at)
      dark[(*at)[2]] = (*at)[3];
    std::set<std::string> used;
    for (std::sregex_iterator at(svg.begin(), svg.end(), colour), end; at != end; ++at) used.insert((*at)[1]);
    EXPECT_GE(used.size(), 4U) << plot.title;
    for (const std::string& each : used) {
      ASSERT_TRUE(dark.contains(each)) << each << " stays as it is in the dark: " << plot.title;
      if (grounds.contains(each)) continue;
      const bool ground = plot.map && each != "#000000" && each != "#444444";  // a cell, with text on it
      EXPECT_GE(contrast(each, ground ? "#000000" : "#ffffff"), 4.5) << each << " in " << plot.title;
      EXPECT_GE(contrast(dark[each], ground ? "#e8e8e8" : "#161616"), 4.5) << each << " in " << plot.title;
    }
    EXPECT_EQ(dark["#ffffff"], "#161616");
  }
}

TEST(Plot, IsSmall) {
  for (const Plot& plot : plots_of_every_kind())
    EXPECT_LT(draw_svg(plot, Language::english).size(), 16'000U) << plot.title;
}

}  // namespace
}  // namespace twin::reports
