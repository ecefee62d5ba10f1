#include "reports/page/changes.hpp"

#include <cmath>

#include "shared/errors.hpp"
#include "tests/reports/markdown.hpp"
#include "tests/reports/page/report.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/temporary_folder.hpp"

namespace twin::reports {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

Json report(const Json& figures) { return report_json(fixture_header(), {{fixture_question("q"), figures}}); }

TEST(ReportJson, HoldsTheFiguresOfEveryQuestion) {
  const Json json = report({{"a", 1.5}, {"up", 3}});
  EXPECT_EQ(json["schema"], "twingrad.report/1");
  EXPECT_EQ(json["questions"]["q"]["file"], "data/q.json");
  EXPECT_EQ(json["questions"]["q"]["figures"][1],
            (Json{{"name", "up"}, {"value", 3.0}, {"unit", "µs"}, {"better", "higher"}}));
}

TEST(ReportJson, SaysWhatWasNotMeasured) {
  const Json json = report(Json{{"not_measured", {{"en", "no clock"}, {"id", "tidak ada jam"}}}});
  EXPECT_EQ(json["questions"]["q"]["not_measured"]["en"], "no clock");
  EXPECT_FALSE(json["questions"]["q"].contains("figures"));
}

TEST(Changes, AreFiguresThatMovedByMoreThanNoise) {
  const Changes changes = changes_between(report({{"a", 100}, {"b", 100.5}, {"up", 1.5}, {"steps", 1000}}),
                                          report({{"a", 104}, {"b", 110.5}, {"up", 1.25}, {"steps", 1001}}));
  EXPECT_EQ(changes.since, "abc123");
  EXPECT_EQ(changes.unchanged, 1);
  ASSERT_EQ(changes.changed.size(), 3U);
  EXPECT_EQ(changes.changed[0].now.name, "b");
  EXPECT_EQ(changes.changed[0].before, 100.5);
  EXPECT_EQ(changes.changed[2].now.name, "steps");
}

TEST(Changes, CountFiguresOfOneSideAlone) {
  const Changes changes =
      changes_between(report({{"a", 1}, {"b", 2}}), report({{"b", 2}, {"c", 3}, {"d", 4}}));
  EXPECT_THAT(changes.changed, IsEmpty());
  EXPECT_EQ(changes.only_before, 1);
  EXPECT_EQ(changes.only_now, 2);
  // A question that only one of them asked is no change.
  EXPECT_EQ(changes_between(report_json(fixture_header(), {}), report({{"a", 1}})).only_now, 0);
}

TEST(Changes, SurviveWhatIsNotFinite) {
  Json before = report({{"a", 1}, {"b", 2}, {"c", 0}}), now = before;
  before["questions"]["q"]["figures"][0]["value"] = nullptr;
  now["questions"]["q"]["figures"][0]["value"] = nullptr;
  now["questions"]["q"]["figures"][1]["value"] = nullptr;
  now["questions"]["q"]["figures"][2]["value"] = 1.5;
  const Changes changes = changes_between(before, now);
  EXPECT_EQ(changes.changed.size(), 2U);
  const std::vector<Row> rows = rows_of(changes_text(changes, Language::english, Medium::markdown));
  EXPECT_THAT(rows, Contains(ElementsAre("q", "b", "2 µs", "nan µs", "nan", "")));
  EXPECT_THAT(rows, Contains(ElementsAre("q", "c", "0 µs", "1.5 µs", "–", "worse")));
}

TEST(Changes, AreJudgedByWhatIsBetter) {
  const Changes changes = changes_between(report({{"a", 1}, {"up", 1}}), report({{"a", 2}, {"up", 2}}));
  const std::string text = changes_text(changes, Language::english, Medium::markdown);
  EXPECT_THAT(rows_of(text), Contains(ElementsAre("q", "a", "1 µs", "2 µs", "2", "worse")));
  EXPECT_THAT(rows_of(text), Contains(ElementsAre("q", "up", "1 µs", "2 µs", "2", "better")));
  const std::vector<double> numbers = numbers_of(text);
  ASSERT_GE(numbers.size(), 2U);
  EXPECT_EQ(numbers[0], 2);
  EXPECT_EQ(numbers[1], 2);
  EXPECT_EQ(numbers_of(changes_text(changes, Language::indonesian, Medium::markdown)), numbers);
  EXPECT_THAT(rows_of(changes_text({}, Language::english, Medium::markdown)), IsEmpty());
}

class EarlierReport : public testing::Test {
 protected:
  void expect_refused(const std::string& text, const std::string& what) const {
    EXPECT_THROW_MESSAGE(read_earlier(write_file(folder_ / "report.json", text), fixture_header()), DataError,
                         what, "report.json");
  }
  TemporaryFolder folder_;
  Json report_ = report({{"a", 1}});
};

TEST_F(EarlierReport, OfThisMachineIsRead) {
  // The kernel keeps some of the memory for itself, not always as much.
  report_["machine"]["memory_bytes"] = (std::int64_t{24} << 30) - 4096;
  EXPECT_EQ(read_earlier(write_file(folder_ / "report.json", report_.dump()), fixture_header()), report_);
}

TEST_F(EarlierReport, ThatIsNotThere) {
  EXPECT_THROW_MESSAGE(read_earlier(folder_ / "none.json", fixture_header()), DataError, "none.json");
}

TEST_F(EarlierReport, DamagedAnywhere) {
  const std::string whole = report_.dump(1);
  for (std::size_t length = 0; length + 1 < whole.size(); length += 7)
    expect_refused(whole.substr(0, length), "damaged or half-written");
  expect_refused("\xff\xfe", "damaged");
  for (const char* field : {"commit", "machine", "threads", "options", "questions"}) {
    Json missing = report_;
    missing.erase(field);
    expect_refused(missing.dump(), "something is missing");
    missing[field] = 3;
    expect_refused(missing.dump(), "something is missing");
  }
  for (const char* field : {"name", "value", "unit", "better"}) {
    Json missing = report_;
    missing["questions"]["q"]["figures"][0].erase(field);
    expect_refused(missing.dump(), "something is missing");
  }
}

TEST_F(EarlierReport, OfAnotherSchema) {
  report_["schema"] = "twingrad.report/2";
  expect_refused(report_.dump(), "its schema is twingrad.report/2, and not twingrad.report/1");
  expect_refused("{}", "its schema is none");
  expect_refused("[1]", "its schema is none");
}

TEST_F(EarlierReport, OfAnotherMachine) {
  const Json header = fixture_header();
  for (const auto& [field, value] : header["machine"].items()) {
    Json other = report_;
    other["machine"][field] = value.is_string() ? Json("another") : Json(std::int64_t{7} << 30);
    expect_refused(other.dump(), "does not compare: " + field + " was ");
  }
}

TEST_F(EarlierReport, NeedNotHaveNamedTheGpus) {
  Json header = fixture_header();
  header["machine"]["gpus"] = {"a GPU"};
  EXPECT_EQ(read_earlier(write_file(folder_ / "report.json", report_.dump()), header), report_);
  report_["machine"]["gpus"] = Json::array();
  EXPECT_THROW_MESSAGE(read_earlier(write_file(folder_ / "report.json", report_.dump()), header), DataError,
                       "gpus was [] there");
}

TEST_F(EarlierReport, MeasuredInAnotherWay) {
  Json other = report_;
  other["threads"]["requested"] = 2;
  expect_refused(other.dump(), "--threads was 2 there and is 1 here");
  report_["options"]["quick"] = false;
  expect_refused(report_.dump(), "--quick was false there and is true here");
}

}  // namespace
}  // namespace twin::reports
