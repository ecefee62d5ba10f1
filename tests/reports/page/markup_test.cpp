#include "reports/page/markup.hpp"

#include "tests/reports/markdown.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kTable = "| a | b |\n| --- | ---: |\n| x | 1 |\n";

std::size_t count_of(const std::string& text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size()) ++count;
  return count;
}

TEST(Markup, DetailsFoldWhatTheyHold) {
  const std::string html = html_of("Before." + details("The `code`", kTable) + "After.", "name");
  EXPECT_THAT(html, HasSubstr("<p>Before.</p>\n<details>\n<summary>The <code>code</code></summary>\n<div"));
  EXPECT_THAT(html, HasSubstr("</table></div>\n</details>\n<p>After.</p>"));
}

TEST(Markup, ColumnsStandBesideEachOther) {
  const std::string html = html_of(columns("by hand", "    left", "autograd", "right"));
  EXPECT_THAT(html,
              HasSubstr("<div class=\"columns\">\n<div>\n<p><strong>by hand</strong></p>\n<pre><code>left"));
  EXPECT_THAT(html,
              HasSubstr("</div>\n<div>\n<p><strong>autograd</strong></p>\n<p>right</p>\n</div>\n</div>\n"));
}

TEST(Markup, BlocksHoldBlocks) {
  const std::string html =
      html_of(details("outer", columns("l", details("inner", "deep"), "r", "x") + "between") + "after");
  EXPECT_EQ(count_of(html, "<details>"), 2U);
  EXPECT_EQ(count_of(html, "</details>"), 2U);
  EXPECT_EQ(count_of(html, "<div"), count_of(html, "</div>"));
  EXPECT_LT(html.find("deep"), html.find("between"));
  EXPECT_LT(html.rfind("</details>"), html.find("after"));
}

TEST(Markup, GitHubShowsItToo) {
  const std::string text = "Before." + details("Sum & `code`", kTable) + columns("l", "one", "r", "two");
  const std::string markdown = plain_markdown_of(text);
  EXPECT_THAT(markdown, HasSubstr("<details>\n<summary>Sum &amp; <code>code</code></summary>\n\n"));
  EXPECT_THAT(markdown, HasSubstr("\n\n</details>\n"));
  EXPECT_LT(markdown.find("**l**"), markdown.find("one"));
  EXPECT_LT(markdown.find("one"), markdown.find("**r**"));
  EXPECT_LT(markdown.find("**r**"), markdown.find("two"));
  for (const std::string& readable : {markdown, text})
    EXPECT_THAT(rows_of(readable), Contains(ElementsAre("x", "1")));
  EXPECT_THAT(markdown, Not(HasSubstr("\x02")));
}

TEST(Markup, ATableHasAName) {
  EXPECT_THAT(
      html_of(kTable, "How \"long\"?"),
      HasSubstr("<div class=\"wide\" role=\"region\" aria-label=\"How &quot;long&quot;?\" tabindex=\"0\">"));
}

// Texts of results, which anyone may have written.
TEST(Markup, TextStaysText) {
  const std::string hostile = "<script>alert(1)</script> </details></summary> `</details>`";
  for (const std::string& html :
       {html_of(details(hostile, hostile)), html_of(columns(hostile, hostile, "r", "x")), html_of(hostile)}) {
    EXPECT_THAT(html, Not(HasSubstr("<script>")));
    EXPECT_EQ(count_of(html, "<details>"), count_of(html, "</details>"));
    EXPECT_EQ(count_of(html, "<summary>"), count_of(html, "</summary>"));
  }
  EXPECT_THAT(html_of(details("a\n\n# heading", "x")), HasSubstr("<summary>a\n\n# heading</summary>"));
}

TEST(Markup, AMarkerInAValueIsNone) {
  const std::string forged = "\n\n\x02" + std::string(32, '0') + "/\n\n\x02|\n\n";
  const std::string html = html_of(details("s", forged + "inside") + "after");
  EXPECT_EQ(count_of(html, "</details>"), 1U);
  EXPECT_LT(html.find("inside"), html.find("</details>"));
  EXPECT_GT(html.find("after"), html.find("</details>"));
}

TEST(Markup, AnOpenFenceEndsWithItsPart) {
  const std::string html = html_of(details("s", "```\ncode") + "after" + columns("l", "```\nx", "r", "y"));
  EXPECT_THAT(html, HasSubstr("</code></pre>\n</details>\n<p>after</p>"));
  EXPECT_THAT(html, HasSubstr("<p>y</p>"));
}

}  // namespace
}  // namespace twin::reports
