#include "reports/page/page.hpp"

#include <fmt/format.h>

#include "tests/reports/page/plots.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::ContainsRegex;
using testing::Not;

std::string wide_table() {
  std::string text = "|", line = "|";
  for (int column = 0; column < 30; ++column) {
    text += fmt::format(" a heading {} |", column);
    line += " --- |";
  }
  text += "\n" + line + "\n";
  for (int row = 0; row < 40; ++row) {
    text += "|";
    for (int column = 0; column < 30; ++column) text += fmt::format(" cell_{}_{} |", row, column);
    text += "\n";
  }
  return text;
}

// Everything that could be too wide for a telephone.
std::vector<Contents> contents() {
  std::vector<Contents> result;
  for (const Language language : {Language::english, Language::indonesian}) {
    const bool english = language == Language::english;
    Contents each{language,
                  english ? "A <title> & \"more\"" : "Judul <ini>",
                  english ? "English lead." : "Pengantar bahasa Indonesia.",
                  {{"wide", "1. Wide", wide_table()},
                   {"code", "2. Code",
                    "    " + std::string(300, 'x') + "\n\nIn a line: `" + std::string(300, 'y') + "`"},
                   {"pictures", "3. A-very-long-word-" + std::string(80, 'z'), "Text."}},
                  "The [report](report.json)."};
    for (const Plot& plot : plots_of_every_kind())
      each.sections[2].pictures.push_back({"pictures/" + plot.title + ".svg", plot.title, draw_svg(plot)});
    result.push_back(std::move(each));
  }
  return result;
}

TEST(Page, HoldsBothLanguagesAndShowsTheOneAskedFor) {
  const std::string page = html_page(contents(), Language::indonesian);
  EXPECT_THAT(page, mentions("<html lang=\"id\">", "<title>Judul &lt;ini&gt;</title>", "English lead.",
                             "Pengantar bahasa Indonesia.", "<article lang=\"en\"", "<article lang=\"id\"",
                             "id=\"in-id\" checked"));
  EXPECT_THAT(page, Not(mentions("id=\"in-en\" checked")));
}

TEST(Page, NeedsNothingElse) {
  const std::string page = html_page(contents(), Language::english);
  EXPECT_THAT(page, Not(ContainsRegex("<script|url\\(|src=\"[^d]")));
}

TEST(Page, OneLanguageNeedsNoSwitch) {
  EXPECT_THAT(html_page({contents()[0]}, Language::english), Not(mentions("<input")));
}

TEST(Page, MarkdownNamesThePictures) {
  EXPECT_THAT(markdown_page(contents()[0]),
              mentions("## 1. Wide\n", "![A heat map](pictures/A heat map.svg)", "---\n"));
}

TEST(Page, NothingIsCutInABrowser) {
  SKIP_WITHOUT_BROWSER();
  const nlohmann::json seen = browse(html_page(contents(), Language::english), {390, 1440});
  EXPECT_THAT(seen["problems"], testing::IsEmpty()) << seen.dump(1);
  EXPECT_EQ(seen["languages"], (nlohmann::json{"en", "id"}));
  EXPECT_EQ(seen["pictures"], 2 * 2 * plots_of_every_kind().size());  // widths, languages
}

TEST(Page, TheBrowserWouldNotice) {
  SKIP_WITHOUT_BROWSER();
  const std::string problems =
      browse(
          "<!DOCTYPE html><body style='margin:0'><article lang='en'><p style='width:500px'>text</p>"
          "<div style='overflow:hidden;width:100px'><p style='width:200px'>hidden</p></div>"
          "<img alt='gone' src='data:image/svg+xml,broken'><a href='#none'>x</a>"
          "<script>console.error('loud')</script></article>",
          {390})["problems"]
          .dump();
  EXPECT_THAT(problems, mentions("390 px, en: the page is 500 px wide", "P text ends at 500 px",
                                 "DIV hidden is cut", "does not show: gone", "leads nowhere: #none", "loud"));
  EXPECT_THAT(
      browse("<article lang='en'>x</article><article lang='id'>y</article>", {390})["problems"].dump(),
      mentions("2 languages"));
}

}  // namespace
}  // namespace twin::reports
