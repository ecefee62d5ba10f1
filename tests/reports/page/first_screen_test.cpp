#include "reports/page/first_screen.hpp"

#include "tests/reports/page/plots.hpp"
#include "tests/reports/page/report.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Verdict = FirstWords::Claim::Verdict;

Measured offering(std::string_view id, const FirstWords& words) {
  Question question = fixture_question(id);
  question.first_words = [words](const Json&, Language) { return words; };
  return {std::move(question), {{"a", 1}}};
}

FirstWords all_words() {
  FirstWords words;
  words.move_when = {"your layers are <wide>", "you write `layers`"};
  words.stay_when = {"your network is small"};
  words.numbers = {{"243 ×", "as slow, at width 8"}, {"1.03 ×", "at width 2048"}};
  words.claims = {{"It is inefficient", Verdict::does_not_hold, "It is as fast at 8 of 8 points."},
                  {"It is error-prone", Verdict::holds, "15 of 51 stay silent."},
                  {"It is a nightmare", Verdict::holds_in_part, "Layers cost 37 lines."}};
  words.picture = Picture{"first", plots_of_every_kind()[0], "By hand it is faster.", "Lower is *faster*."};
  return words;
}

FirstScreen screen(const std::vector<Measured>& measured, Language language = Language::english) {
  return first_screen_of(measured, fixture_header(), language);
}

TEST(FirstScreen, TakesThreeOfEachInTheirOrder) {
  FirstWords more;
  more.move_when = {"third", "fourth"};
  more.stay_when = {"second"};
  more.numbers = {{"3", "c"}, {"4", "d"}};
  more.claims = {{"A further claim", Verdict::holds, "So it is."}};
  more.picture = Picture{"second", plots_of_every_kind()[2]};
  const FirstScreen first = screen({offering("a", all_words()), offering("b", more)});
  EXPECT_THAT(first.move_when, ElementsAre("your layers are <wide>", "you write `layers`", "third"));
  EXPECT_THAT(first.stay_when, ElementsAre("your network is small", "second"));
  ASSERT_EQ(first.numbers.size(), 3U);
  EXPECT_EQ(first.numbers[2].value, "3");
  EXPECT_EQ(first.claims.size(), 4U);
  ASSERT_TRUE(first.picture);
  EXPECT_EQ(first.picture->path, "pictures/first.svg");
  EXPECT_EQ(first.picture->finding, "By hand it is faster.");
  EXPECT_EQ(first.question, "a");
}

TEST(FirstScreen, SaysNothingWhereNothingIsOffered) {
  Measured left_out = offering("b", all_words());
  left_out.json = not_measured("no clock");
  for (const FirstScreen& first :
       {screen({{fixture_question("a"), {{"a", 1}}}, left_out}), screen({offering("c", {})})}) {
    EXPECT_FALSE(first.picture);
    EXPECT_THAT(first_screen_text(first, Language::english), IsEmpty());
    EXPECT_THAT(first_screen_markdown(first, Language::english), IsEmpty());
    EXPECT_THAT(first_screen_html(first, Language::english), Not(HasSubstr("<h2>")));
  }
}

TEST(FirstScreen, AnswersInHtml) {
  const std::string html = first_screen_html(screen({offering("a", all_words())}), Language::english);
  EXPECT_THAT(html,
              mentions("Move to a framework when …", "<li>you write <code>layers</code></li>",
                       "Stay with code by hand when …", "<li>your network is small</li>",
                       "<strong>243 ×</strong> <span>as slow, at width 8</span>",
                       "<strong class=\"fails\">does not hold</strong>", "<strong class=\"holds\">holds<",
                       "<strong class=\"in-part\">holds in part<", "It is as fast at 8 of 8 points.",
                       "alt=\"By hand it is faster.\"", "Lower is <em>faster</em>."));
  EXPECT_THAT(html, Not(HasSubstr("<wide>")));
  EXPECT_LT(html.find("Move to"), html.find("Stay with"));
  EXPECT_LT(html.find("243 ×"), html.find("What the tutorial claims"));
}

TEST(FirstScreen, AnswersInIndonesian) {
  const FirstScreen first = screen({offering("a", all_words())}, Language::indonesian);
  EXPECT_THAT(first.lead, HasSubstr("ditulis dua kali"));
  for (const std::string& text :
       {first_screen_html(first, Language::indonesian), first_screen_markdown(first, Language::indonesian),
        first_screen_text(first, Language::indonesian)})
    EXPECT_THAT(text, mentions("Beralihlah ke framework bila …", "Tetaplah dengan kode manual bila …",
                               "tidak terbukti", "terbukti sebagian"));
}

TEST(FirstScreen, AnswersInMarkdownAndInTheTerminal) {
  const FirstScreen first = screen({offering("a", all_words())});
  EXPECT_THAT(first_screen_markdown(first, Language::english),
              mentions("## Move to a framework when …\n\n- your layers",
                       "![By hand it is faster.](pictures/first.svg)", "- **243 ×** as slow",
                       "- It is error-prone: **holds**. 15 of 51 stay silent."));
  EXPECT_THAT(first_screen_text(first, Language::english),
              mentions("Stay with code by hand when …\n\n- your network is small\n",
                       "- It is inefficient: does not hold. It is as fast at 8 of 8 points."));
}

TEST(FirstScreen, WarningsStandAboveTheAnswer) {
  Json header = fixture_header();
  header["warnings"] = {{{"en", "The run was noisy."}, {"id", "Pengukuran ini berderau."}}};
  const std::vector<Measured> measured{offering("a", all_words())};
  const FirstScreen english = first_screen_of(measured, header, Language::english);
  for (const std::string& text :
       {first_screen_html(english, Language::english), first_screen_markdown(english, Language::english),
        first_screen_text(english, Language::english)}) {
    ASSERT_NE(text.find("The run was noisy."), text.npos);
    EXPECT_LT(text.find("The run was noisy."), text.find("Move to"));
  }
  EXPECT_THAT(first_screen_of(measured, header, Language::indonesian).warnings,
              ElementsAre("Pengukuran ini berderau."));
}

TEST(FirstScreen, TheTerminalSaysWhatWasNotMeasured) {
  EXPECT_THAT(not_measured_text({{fixture_question("a"), {{"a", 1}}}}, Language::english), IsEmpty());
  EXPECT_THAT(not_measured_text({{fixture_question("gpu"), not_measured("no GPU")}}, Language::english),
              HasSubstr("- gpu: no GPU\n"));
}

TEST(Drawn, SaysBelowAPictureHowToReadItAndWhatItLacks) {
  Plot plot = plots_of_every_kind()[0];
  plot.curves[0].y[0] = 0;
  const DrawnPicture picture = drawn({"p", plot, "", "Lower is faster."}, Language::english);
  EXPECT_EQ(picture.finding, plot.title);
  EXPECT_THAT(picture.caption, mentions("Lower is faster. 1 value is left out"));
  EXPECT_THAT(figure_html(picture), mentions("<figcaption>Lower is faster."));
  EXPECT_THAT(figure_html({"p", "f", "<svg></svg>"}), Not(HasSubstr("figcaption")));
}

}  // namespace
}  // namespace twin::reports
