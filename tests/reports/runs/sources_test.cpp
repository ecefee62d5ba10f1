#include "reports/runs/sources.hpp"

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Sources : public testing::Test {
 protected:
  Source read(const std::string& text) const {
    write_file(tree_ / "a.hpp", text);
    return read_source(tree_.path(), "a.hpp");
  }
  // "name lines" of each.
  std::vector<std::string> functions(const std::string& text) const {
    std::vector<std::string> found;
    for (const Function& function : functions_of({read(text)}))
      found.push_back(function.name + " " + std::to_string(function.lines));
    return found;
  }

  TemporaryFolder tree_;
};

TEST_F(Sources, EveryLineIsCodeCommentOrBlank) {
  const Source source = read(
      "// what it is\n"
      "#pragma once\n"
      "\n"
      "#include <vector>\n"
      "/* long\n"
      "   comment */\n"
      "   \t\n"
      "int a;  // code all the same\n");
  EXPECT_EQ(source.lines.code, 3);
  EXPECT_EQ(source.lines.comment, 3);
  EXPECT_EQ(source.lines.blank, 2);
  EXPECT_EQ(source.code, "#include <vector>\nint a;\n");
}

TEST_F(Sources, WhatLooksLikeACommentInAStringIsCode) {
  EXPECT_EQ(read("const char* a = \"// no comment\";\nconst char* b = \"/*\";\nint c;\n").lines.code, 3);
}

TEST_F(Sources, DirectivesAreCodeWhateverTheySay) {
  const Source source =
      read("#ifdef NEVER\nint a;\n#else\n#define B(x) \\\n  x\n#endif\n#include \"not/there.hpp\"\n");
  EXPECT_EQ(source.lines.code, 7);
  EXPECT_EQ(source.lines.comment, 0);
}

TEST_F(Sources, AreFoundInEveryFolderOfAPart) {
  for (const char* folder : {"manual/layers", "manual/notes", "manual/variants"})
    std::filesystem::create_directories(tree_ / folder);
  for (const char* file :
       {"manual/layers/b.hpp", "manual/a.cpp", "manual/notes/c.md", "manual/variants/d.hpp"})
    write_file(tree_ / file, "int a;\n");
  std::vector<std::string> paths;
  for (const Source& source : read_sources(tree_.path(), "manual")) paths.push_back(source.path);
  EXPECT_THAT(paths, ElementsAre("manual/a.cpp", "manual/layers/b.hpp"));
  EXPECT_THROW_MESSAGE(read_sources(tree_.path(), "autograd"), MachineError, "the source tree is gone",
                       "autograd");
}

TEST_F(Sources, FunctionsHaveTheLinesOfTheirCode) {
  EXPECT_THAT(functions("struct A {\n"
                        "  // not of it\n"
                        "  int forward(int x) {\n"
                        "    // a comment\n"
                        "\n"
                        "    return x;\n"
                        "  }\n"
                        "  int backward(int x) { return x; }\n"
                        "  int declared(int x);\n"
                        "};\n"
                        "inline int A::declared(int x) {\n"
                        "  return x;\n"
                        "}\n"),
              ElementsAre("forward 3", "backward 1", "declared 3"));
  EXPECT_THAT(functions("int a;\n"), IsEmpty());
}

TEST_F(Sources, ALambdaIsPartOfTheFunctionAroundIt) {
  EXPECT_THAT(functions("template <typename T>\n"
                        "void backward(T x) {\n"
                        "  visit(\n"
                        "      [&](auto& layer) {\n"
                        "        layer.backward(x);\n"
                        "      },\n"
                        "      x);\n"
                        "}\n"
                        "void step() {\n"
                        "}\n"),
              ElementsAre("backward 7", "step 2"));
}

}  // namespace
}  // namespace twin::reports
