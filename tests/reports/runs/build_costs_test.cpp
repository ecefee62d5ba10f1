#include "reports/runs/build_costs.hpp"

#include <algorithm>

#include "reports/questions/question.hpp"
#include "reports/runs/line_counts.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::HasSubstr;

/// A build folder of shell scripts.
class BuildCosts : public testing::Test {
 protected:
  BuildCosts() {
    std::filesystem::create_directories(build_ / "bin");
    for (const std::string side : {"manual", "autograd"}) {
      script(side, "echo '{\"loss\": 0.5, \"peak_bytes\": 1000}'");
      compile(side + "/backend.cpp", "true");
    }
    compile("manual/layer.cpp", "true");
    write_commands();
  }

  void script(const std::string& side, const std::string& text) const {
    const std::filesystem::path path =
        write_file(build_ / ("bin/startup_" + side), "#!/bin/sh\n" + text + "\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }

  void compile(const std::string& unit, const std::string& command) {
    commands_[unit] = {
        {"directory", build_.path().string()}, {"command", command}, {"file", "/somewhere/" + unit}};
  }
  void write_commands() const {
    Json all = Json::array();
    for (const Json& command : commands_) all.push_back(command);
    write_file(build_ / "compile_commands.json", all.dump());
  }

  Json measure() const {
    const Units units{{"manual", {"manual/layer.cpp", "manual/backend.cpp"}},
                      {"autograd", {"autograd/backend.cpp"}}};
    return measure_build_costs(build_.path(), units, true, [](std::int64_t, std::int64_t) {});
  }

  TemporaryFolder build_;
  Json commands_ = Json::object();
};

TEST_F(BuildCosts, AreMeasuredOnBothSides) {
  for (const std::string unit : {"backend", "layer"})
    compile("manual/" + unit + ".cpp", "touch " + unit + "-$CCACHE_DISABLE; true");
  write_commands();
  const Json sides = measure();
  for (const char* side : {"manual", "autograd"}) {
    const Json& startup = sides.at(side).at("startup");
    EXPECT_EQ(startup.at("seconds").size(), startup.at("peak_bytes").size());
    EXPECT_GT(startup.at("seconds").size(), 1U);
    EXPECT_EQ(startup.at("loss"), 0.5);
    EXPECT_EQ(sides.at(side).at("compile").at("seconds").size(), 1U);
  }
  EXPECT_TRUE(std::filesystem::exists(build_ / "backend-1"));  // in its folder, without a cache
  EXPECT_TRUE(std::filesystem::exists(build_ / "layer-1"));
}

TEST_F(BuildCosts, WhatIsMissingIsNamedAndTheRestMeasured) {
  script("autograd", "echo 'error: no such thing' >&2; exit 2");
  std::filesystem::remove(build_ / "bin/startup_manual");
  compile("manual/layer.cpp", "echo 'layer.cpp:1: error: no' >&2; exit 1; :");
  commands_.erase("autograd/backend.cpp");
  write_commands();
  const Json sides = measure();
  const auto reason = [&](const char* side, const char* part) {
    const Json& measured = sides.at(side).at(part);
    return was_measured(measured) ? "measured" : reason_of(measured, Language::english);
  };
  EXPECT_THAT(reason("autograd", "startup"), HasSubstr("no such thing"));
  EXPECT_THAT(reason("manual", "startup"), HasSubstr("startup_manual"));
  EXPECT_EQ(reason("manual", "size"), reason("manual", "startup"));
  EXPECT_THAT(reason("autograd", "size"), HasSubstr("ldd"));  // a script
  EXPECT_THAT(reason("manual", "compile"), HasSubstr("layer.cpp:1: error: no"));
  EXPECT_THAT(reason("autograd", "compile"), HasSubstr("autograd/backend.cpp"));
}

TEST_F(BuildCosts, AFolderThatWasNeverBuiltInMeasuresNothing) {
  std::filesystem::remove_all(build_ / "bin");
  std::filesystem::remove(build_ / "compile_commands.json");
  for (const Json& side : measure())
    for (const Json& part : side) EXPECT_FALSE(was_measured(part)) << part;
}

TEST_F(BuildCosts, DamagedCommandsAreNone) {
  write_file(build_ / "compile_commands.json", "[{\"file\": \"/a/manual/back");
  EXPECT_FALSE(compile_command(build_.path(), "manual/backend.cpp"));
}

TEST(BuildCostsOfThisBuild, KnowHowBothSidesAreCompiled) {
  const Units all = units_of(source_tree(), "xor");
  EXPECT_THAT(all.at("manual"), testing::IsSupersetOf({"manual/backend.cpp", "manual/layers/dense.cpp"}));
  EXPECT_THAT(all.at("manual"), testing::Not(testing::Contains("manual/losses/cross_entropy.cpp")));
  for (const auto& [side, units] : all)
    for (const std::string& unit : units) {
      const auto command = compile_command(build_folder(), unit);
      ASSERT_TRUE(command) << unit;
      EXPECT_THAT(command->command, HasSubstr(unit));
    }
}

TEST(BuildCostsOfThisBuild, BothSidesStartAndTakeTheSameStep) {
  std::vector<double> losses;
  for (const char* side : {"manual", "autograd"}) {
    const Finished said = run_program({(build_folder() / "bin" / (std::string("startup_") + side)).string()});
    ASSERT_EQ(said.code, 0) << said.err;
    const Json result = Json::parse(said.out);
    losses.push_back(result.at("loss"));
    EXPECT_GT(result.at("peak_bytes").get<std::int64_t>(), 1'000'000) << side;
  }
  EXPECT_NEAR(losses[0], losses[1], 1e-6);
  EXPECT_GT(losses[0], 0);
}

TEST(LibrariesOf, AreThoseTheSystemLoads) {
  const std::vector<Library> libraries = libraries_of(std::filesystem::canonical("/proc/self/exe"));
  ASSERT_FALSE(libraries.empty());
  EXPECT_TRUE(std::any_of(libraries.begin(), libraries.end(),
                          [](const Library& library) { return library.name.starts_with("libtorch_cpu"); }));
  EXPECT_TRUE(std::is_sorted(libraries.begin(), libraries.end(),
                             [](const Library& a, const Library& b) { return a.bytes > b.bytes; }));
  EXPECT_GT(libraries.back().bytes, 0);
  EXPECT_THROW_MESSAGE(libraries_of("/no/such/program"), MachineError, "ldd cannot read it", "program");
}

}  // namespace
}  // namespace twin::reports
