#include "reports/page/diagram.hpp"

#include <gmock/gmock.h>

#include "reports/page/plot.hpp"

namespace twin::reports {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Diagram kTwo{{{"loss \"of\" XOR", false, {1}}, {"AccumulateGrad\nhidden.bias", true, {}}}};

TEST(Diagram, ShowsNodesAndArrows) {
  EXPECT_THAT(draw_diagram("A graph", kTwo),
              AllOf(HasSubstr(">A graph<"), HasSubstr("loss &quot;of&quot; XOR"),
                    HasSubstr(">AccumulateGrad<"), HasSubstr(">hidden.bias<"), HasSubstr("0&#45;&gt;1")));
}

TEST(Diagram, AsksForDarkColours) {
  const std::string svg = draw_diagram("", kTwo);
  EXPECT_THAT(svg, AllOf(HasSubstr("prefers-color-scheme: dark"), HasSubstr("fill=\"#dbe9f4\""),
                         HasSubstr("fill=\"#fbe3cf\"")));  // those that the style sheet names
}

TEST(Diagram, IsDrawnInThePlaceOfAPlot) {
  Plot plot{"In a plot", "", ""};
  plot.diagram = kTwo;
  EXPECT_EQ(draw_svg(plot, Language::english), draw_diagram("In a plot", kTwo));
}

}  // namespace
}  // namespace twin::reports
