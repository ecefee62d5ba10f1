#include "reports/runs/whole_trainings.hpp"

#include <filesystem>
#include <gmock/gmock.h>

#include "shared/formats/files.hpp"
#include "tests/support/idx_files.hpp"

namespace twin::reports {
namespace {

using testing::HasSubstr;

// 6000 pictures: as many as a quick training takes.
class WholeTrainingsTest : public testing::Test {
 protected:
  WholeTrainingsTest() { write_image_folder(folder_.path(), {.train = 6000, .test = 10}); }

  Json run(const std::vector<std::string>& pythons) {
    Measuring measuring{true, 1, {}, {}};
    measuring.data.folder = folder_.path();
    return run_whole_trainings(measuring, pythons);
  }

  const TemporaryFolder folder_;
};

TEST_F(WholeTrainingsTest, EverySideTrainsTheSame) {
  const Json json = run(kPythons);
  ASSERT_EQ(json.at("trainings").size(), 2U);
  for (const Json& training : json.at("trainings")) {
    EXPECT_GT(training.at("whole_steps").get<int>(), 0);
    ASSERT_EQ(training.at("sides").size(), 4U);
    for (const Json& side : training.at("sides")) {
      if (side.contains("not_measured")) continue;  // the packages of Python are not everywhere
      EXPECT_FALSE(side.contains("fault")) << side;
      EXPECT_EQ(side.at("seconds").size(), 3U) << side;
      EXPECT_GT(side.at("seconds").at(0), 0);
    }
  }
}

TEST_F(WholeTrainingsTest, APeerThatFailsIsAFaultAndNoEnd) {
  const TemporaryFolder other;
  const std::filesystem::path python =
      write_file(other / "python3", "#!/bin/sh\n[ \"$1\" = -c ] && exit 0\necho broken >&2; exit 1\n");
  std::filesystem::permissions(python, std::filesystem::perms::owner_all);
  const Json sides = run({python.string()}).at("trainings").at(0).at("sides");
  EXPECT_EQ(sides.at(2).at("fault"), "it failed: broken");
  EXPECT_EQ(sides.at(0).at("seconds").size(), 3U);
}

TEST_F(WholeTrainingsTest, NoPythonIsAGap) {
  const Json sides = run({"/nowhere/python3"}).at("trainings").at(0).at("sides");
  EXPECT_THAT(sides.at(2).at("not_measured").at("en"), HasSubstr("there is no python3"));
}

}  // namespace
}  // namespace twin::reports
