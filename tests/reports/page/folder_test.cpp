#include "reports/page/folder.hpp"

#include <csignal>
#include <sys/resource.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/temporary_folder.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

const Files kFirst{
    {"index.html", "first"},
    {"report.md", "first"},
    {"data/a.json", "first"},
    {"pictures/a.svg", "first"},
    {"report.json", R"({"schema": "twingrad.report/1", "questions": {"a": {"file": "data/a.json",
                     "pictures": ["pictures/a.svg", "../other", "pictures/..", "/etc/none", 7]}}})"}};
const Files kSecond{
    {"index.html", "second"},
    {"report.md", "second"},
    {"data/b.json", "second"},
    {"report.json", R"({"schema": "twingrad.report/1", "questions": {"b": {"file": "data/b.json"}}})"}};

class ReportFolderTest : public testing::Test {
 protected:
  TemporaryFolder outside_;
  const fs::path folder_ = outside_ / "report";
};

TEST_F(ReportFolderTest, HoldsTheFiles) {
  ReportFolder(folder_).write(kFirst);
  EXPECT_THAT(names_in(folder_), ElementsAre("data", "index.html", "pictures", "report.json", "report.md"));
  for (const auto& [name, text] : kFirst) EXPECT_EQ(read_file(folder_ / name), text);
}

TEST_F(ReportFolderTest, ReplacesAnEarlierReportAndNothingElse) {
  ReportFolder(folder_).write(kFirst);
  write_file(folder_ / "notes.txt", "mine");
  write_file(folder_ / "data/mine.csv", "mine");
  write_file(outside_ / "other", "mine");
  ReportFolder(folder_).write(kSecond);
  EXPECT_THAT(names_in(folder_),
              ElementsAre("data", "index.html", "notes.txt", "pictures", "report.json", "report.md"));
  EXPECT_THAT(names_in(folder_ / "data"), ElementsAre("b.json", "mine.csv"));
  EXPECT_THAT(names_in(folder_ / "pictures"), IsEmpty());
  EXPECT_EQ(read_file(folder_ / "index.html"), "second");
  EXPECT_EQ(read_file(outside_ / "other"), "mine");
}

TEST_F(ReportFolderTest, IsRemovedWhenNothingWasWritten) {
  { const ReportFolder unused(folder_); }
  EXPECT_FALSE(fs::exists(folder_));
  fs::create_directory(folder_);
  { const ReportFolder unused(folder_); }
  EXPECT_THAT(names_in(folder_), IsEmpty());
}

TEST_F(ReportFolderTest, RefusesAFileInItsPlace) {
  write_file(folder_, "mine");
  EXPECT_THROW_MESSAGE(ReportFolder{folder_}, OutputError, "cannot use the folder", "report", "--out");
  EXPECT_THROW_MESSAGE(ReportFolder{folder_ / "below"}, OutputError, "cannot use the folder", "--out");
  EXPECT_EQ(read_file(folder_), "mine");
}

TEST_F(ReportFolderTest, RefusesAFolderOfSomethingElse) {
  fs::create_directory(folder_);
  write_file(folder_ / ".hidden", "mine");
  { const ReportFolder empty_to_the_eye(folder_); }
  write_file(folder_ / "index.html", "mine");
  EXPECT_THROW_MESSAGE(ReportFolder{folder_}, OutputError, "not empty and holds no earlier report", "--out");
  write_file(folder_ / "report.json", "{\"schema\": \"somebody else's\"}");
  EXPECT_THROW_MESSAGE(ReportFolder{folder_}, OutputError, "holds no earlier report");
  EXPECT_EQ(read_file(folder_ / "index.html"), "mine");
}

TEST_F(ReportFolderTest, RefusesWhatIsInTheWay) {
  ReportFolder(folder_).write(kFirst);
  for (const char* name : {"index.html", "report.md"}) {
    fs::remove(folder_ / name);
    fs::create_directory(folder_ / name);
    EXPECT_THROW_MESSAGE(ReportFolder{folder_}, OutputError, "a folder is in the way of a file", name);
    fs::remove(folder_ / name);
  }
  fs::remove_all(folder_ / "data");
  write_file(folder_ / "data", "mine");
  EXPECT_THROW_MESSAGE(ReportFolder{folder_}, OutputError, "a file is in the way of a folder", "data");
  EXPECT_EQ(read_file(folder_ / "data"), "mine");
}

TEST_F(ReportFolderTest, SeesWhatIsInTheWayBeforeItReplacesAnything) {
  ReportFolder(folder_).write(kFirst);
  fs::create_directory(folder_ / "data/b.json");
  EXPECT_THROW_MESSAGE(ReportFolder(folder_).write(kSecond), OutputError, "a folder is in the way", "b.json");
  EXPECT_EQ(read_file(folder_ / "index.html"), "first");
  EXPECT_TRUE(fs::exists(folder_ / "data/a.json"));
}

TEST_F(ReportFolderTest, RefusesAPlaceThatCannotBeWritten) {
  EXPECT_THROW_MESSAGE(ReportFolder{"/proc/report"}, OutputError, "/proc/report", "--out");
  EXPECT_THROW_MESSAGE(ReportFolder{"/dev/null"}, OutputError, "/dev/null", "--out");
}

TEST_F(ReportFolderTest, FullDiskLeavesTheEarlierReportWhole) {
  ReportFolder(folder_).write(kFirst);
  Files large = kSecond;
  large["pictures/z.svg"] = std::string(100'000, 'x');
  const ReportFolder folder(folder_);
  {
    // Files of this process grow no further than this: the nearest thing to a full disk.
    rlimit old_limit{};
    ::getrlimit(RLIMIT_FSIZE, &old_limit);
    auto* const old_handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10'000, old_limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    EXPECT_THROW_MESSAGE(folder.write(large), OutputError, "cannot write the file");
    ::setrlimit(RLIMIT_FSIZE, &old_limit);
    std::signal(SIGXFSZ, old_handler);
  }
  for (const auto& [name, text] : kFirst) EXPECT_EQ(read_file(folder_ / name), text);
  EXPECT_THAT(names_in(folder_), ElementsAre("data", "index.html", "pictures", "report.json", "report.md"));
  EXPECT_THAT(names_in(folder_ / "data"), ElementsAre("a.json"));
}

}  // namespace
}  // namespace twin::reports
