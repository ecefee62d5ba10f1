#include "reports/runs/excerpts.hpp"

#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

TEST(Excerpt, IsAStatementOrAFunctionWithItsBody) {
  const TemporaryFolder folder;
  write_file(
      folder / "a.py",
      "class A:\n    def forward(self, x):\n        y = x\n\n        return y\n\n    def other(self):\n");
  write_file(folder / "a.cpp", "  double step(int x) {\n    return x;\n  }\n\n  int other;\n");
  EXPECT_EQ(excerpt(folder.path(), "a.py", "def forward"),
            "def forward(self, x):\n    y = x\n\n    return y\n");
  EXPECT_EQ(excerpt(folder.path(), "a.py", "y = "), "y = x\n");
  EXPECT_EQ(excerpt(folder.path(), "a.py", "def other"), "def other(self):\n");
  EXPECT_EQ(excerpt(folder.path(), "a.cpp", "double step"), "double step(int x) {\n  return x;\n}\n");
}

TEST(Excerpt, RefusesWhatIsNotThere) {
  const TemporaryFolder folder;
  write_file(folder / "a.py", "x = 1\n");
  EXPECT_THROW_MESSAGE(excerpt(folder.path(), "a.py", "y ="), DataError, "a.py", "no line begins with");
  EXPECT_THROW_MESSAGE(excerpt(folder.path(), "b.py", "y ="), DataError, "b.py", "cannot open");
}

}  // namespace
}  // namespace twin::reports
