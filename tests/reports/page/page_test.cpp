#include "reports/page/page.hpp"

#include <fmt/format.h>

#include "reports/page/first_screen.hpp"
#include "reports/page/glossary.hpp"
#include "reports/page/markup.hpp"
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
    Contents each{
        language,
        english ? "A <title> & \"more\"" : "Judul <ini>",
        {english ? "English lead." : "Pengantar bahasa Indonesia."},
        {{"wide", "1. Wide", wide_table()},
         {"code", "2. Code",
          "    " + std::string(300, 'x') + "\n\nIn a line: `" + std::string(300, 'y') + "`" +
              columns("by hand", "    " + std::string(200, 'x'), "autograd", wide_table()) +
              details("What happens?", wide_table())},
         {"pictures", "3. A-very-long-word-" + std::string(80, 'z'), "Text: [ULP](#ulp), [wide](#wide)."}},
        "The [report](report.json)."};
    for (const Plot& plot : plots_of_every_kind())
      each.sections[2].pictures.push_back(drawn({plot.title, plot}, language));
    each.sections[0].verdict = "It is wide.";
    each.first.warnings = {"A warning: " + std::string(100, 'w')};
    each.first.move_when = each.first.stay_when = {std::string(100, 'm'), "a sentence of a few words"};
    each.first.numbers = {{"243 ×", std::string(100, 'n')}, {"1000000000 of 1000000000", "many"}};
    each.first.claims = {{std::string(100, 'c'), FirstWords::Claim::Verdict::holds_in_part, "because"}};
    each.first.picture = drawn({"first", plots_of_every_kind()[0]}, language);
    each.appendix = {{"more", "A1. More", wide_table()}};
    each.rest = {{"not-measured", "Not measured", details("One", "- it")}};
    each.glossary = glossary(language);
    result.push_back(std::move(each));
  }
  return result;
}

TEST(Page, HoldsBothLanguagesAndShowsTheOneAskedFor) {
  const std::string page = html_page(contents(), Language::indonesian);
  EXPECT_THAT(page, mentions("<html lang=\"id\">", "<title>Judul &lt;ini&gt;</title>", "English lead.",
                             "Pengantar bahasa Indonesia.", "<div class=\"en\" lang=\"en\">",
                             "<div class=\"id\" lang=\"id\">", "id=\"in-id\" checked"));
  EXPECT_THAT(page, Not(mentions("id=\"in-en\" checked")));
}

TEST(Page, HasNamedRegions) {
  EXPECT_THAT(
      html_page(contents(), Language::english),
      mentions("<header>", "<main>", "<nav aria-label=\"Contents\">", "<nav aria-label=\"Daftar isi\">",
               "<fieldset>\n<legend>", "role=\"region\" aria-label=\"1. Wide\"", "<footer>"));
}

TEST(Page, GoesFromTheAnswerToTheDetails) {
  for (const std::string& page :
       {html_page({contents()[0]}, Language::english), markdown_page(contents()[0])}) {
    std::size_t before = 0;
    for (const char* part : {"English lead.", "A warning", "Move to a framework", "Stay with code", "1. Wide",
                             "2. Code", "A1. More", "Not measured", "Glossary", "report.json"}) {
      const std::size_t at = page.rfind(part);
      ASSERT_NE(at, page.npos) << part;
      EXPECT_GT(at, before) << part;
      before = at;
    }
  }
}

TEST(Page, ASectionBeginsWithItsVerdict) {
  EXPECT_THAT(html_page(contents(), Language::english),
              mentions("<h2>1. Wide</h2>\n<p class=\"verdict\">It is wide.</p>"));
  EXPECT_THAT(markdown_page(contents()[0]), mentions("## 1. Wide\n\n**It is wide.**\n"));
}

TEST(Page, AnAddressIsThereOnce) {
  const std::string page = html_page(contents(), Language::english);
  for (const char* id :
       {"answer", "wide", "code", "appendix", "more", "not-measured", "glossary", "ulp", "graph"}) {
    const std::string address = fmt::format(" id=\"{}\"", id);
    EXPECT_NE(page.find(address), page.npos) << id;
    EXPECT_EQ(page.find(address), page.rfind(address)) << id;
  }
}

TEST(Page, NeedsNothingElse) {
  const std::string page = html_page(contents(), Language::english);
  EXPECT_THAT(page, Not(ContainsRegex("<script|url\\(|src=\"[^d]")));
}

TEST(Page, OneLanguageNeedsNoSwitch) {
  EXPECT_THAT(html_page({contents()[0]}, Language::english), Not(mentions("<input")));
}

TEST(Page, MarkdownNamesThePictures) {
  EXPECT_THAT(
      markdown_page(contents()[0]),
      mentions("## 1. Wide\n", "**It is wide.**", "<a id=\"wide\"></a>", "<summary>What happens?</summary>",
               "![A heat map](pictures/A heat map.svg)", "- <a id=\"ulp\"></a>**ULP.** ", "---\n"));
}

TEST(Page, NothingIsCutInABrowser) {
  SKIP_WITHOUT_BROWSER();
  const nlohmann::json seen = browse(html_page(contents(), Language::english), {390, 1440});
  EXPECT_THAT(seen["problems"], testing::IsEmpty()) << seen.dump(1);
  EXPECT_EQ(seen["languages"], (nlohmann::json{"en", "id"}));
  EXPECT_EQ(seen["pictures"], 2 * 2 * (1 + plots_of_every_kind().size()));  // widths, languages
}

// Sentences as long as those of a report, in the language that needs more room.
TEST(Page, TheAnswerNeedsNoScrolling) {
  SKIP_WITHOUT_BROWSER();
  Contents answer{Language::indonesian, "Mengapa beralih dari kode manual ke framework?", {}, {}, ""};
  answer.first.lead = first_screen_of({}, nlohmann::json::object(), Language::indonesian).lead;
  const std::string sentence =
      "lapisan Anda selebar 512 atau lebih: LibTorch 2.6 saat itu 1,1 kali lebih cepat (batch 256, 2 utas).";
  answer.first.move_when = answer.first.stay_when = {sentence, sentence, sentence};
  answer.first.numbers = {{"189 ×", "LibTorch 1.13 terhadap kode manual: lebar 8, batch 1, float32, 1 utas"},
                          {"1,03 ×", "hal yang sama pada lebar 2048, batch 256"},
                          {"40 dari 61", "kesalahan klasik yang tidak mungkin terjadi dengan autograd"}};
  answer.first.picture =
      drawn({"first", plots_of_every_kind()[0], "", "Makin rendah makin cepat."}, Language::indonesian);
  Contents english = answer;
  english.language = Language::english;
  const nlohmann::json ends = browse(html_page({english, answer}, Language::indonesian), {390, 1440})["ends"];
  EXPECT_LE(ends.at("390"), 844) << "on a telephone";
  EXPECT_LE(ends.at("1440"), 800) << "on a desk, below the browser's own bars";
  EXPECT_GT(ends.at("1440"), 300);
}

TEST(Page, TheBrowserWouldNotice) {
  SKIP_WITHOUT_BROWSER();
  const std::string problems =
      browse(
          "<!DOCTYPE html><body style='margin:0'><article lang='en'><div class='wide' "
          "style='overflow:auto;width:100px'><table>"
          "<tr><td>first<td style='min-width:200px'>x<td align='right'>77</table></div><p "
          "style='width:500px'>text</p>"
          "<div style='overflow:hidden;width:100px'><p style='width:200px'>hidden</p></div>"
          "<img alt='gone' src='data:image/svg+xml,broken'><a href='#none'>x</a>"
          "<script>console.error('loud')</script></article>",
          {390})["problems"]
          .dump();
  EXPECT_THAT(problems,
              mentions("390 px, en: the page is 500 px wide", "P text ends at 500 px", "DIV hidden is cut",
                       "figures of a table are out of sight: 77", "column of a table does not stay: first",
                       "has no name", "does not show: gone", "leads nowhere: #none", "loud"));
  EXPECT_THAT(
      browse("<article lang='en'>x</article><article lang='id'>y</article>", {390})["problems"].dump(),
      mentions("2 languages"));
}

}  // namespace
}  // namespace twin::reports
