#include "reports/runs/mutants/suite.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "reports/json.hpp"
#include "reports/runs/build_costs.hpp"
#include "reports/runs/line_counts.hpp"
#include "reports/runs/sources.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

// Those that take the shortest come first.
const std::vector<Target> kTargets{{.name = "allocation_tests", .flags = "-O1"},
                                   {.name = "shared_tests", .flags = "-O1"},
                                   {.name = "twin_tests", .variants = true, .flags = "-O1"}};

// Of the processor's time: a machine that has more to do than this must not make a mutant look slow. One that
// waits for ever uses none of it.
constexpr const char* kProcessorSeconds = "600";
constexpr const char* kSuiteSeconds = "6000";
constexpr int kSuiteTimeoutCode = 124;  // of timeout(1)

constexpr std::size_t kParts = 3;  // of nearest_first()

fs::path right_program(const Target& target) { return build_folder() / "bin" / target.name; }

std::vector<TestSuite> suites_of(const Target& target) {
  const TemporaryFolder folder;
  const fs::path list = folder / "tests.json";
  const Finished listed = run_program(
      {right_program(target).string(), "--gtest_list_tests", "--gtest_output=json:" + list.string()});
  if (listed.code != 0)
    throw MachineError(fmt::format("{} does not list its tests: {}", target.name, end_of(listed)),
                       build_folder().string(), "see ./twin test");
  const std::string root = source_tree().string() + "/";
  std::vector<TestSuite> suites;
  const Json read = Json::parse(read_file(list));
  for (const Json& suite : read.at("testsuites")) {
    std::string file = suite.at("testsuite").at(0).value("file", "");
    if (file.starts_with(root)) file = file.substr(root.size());
    suites.push_back({suite.at("name"), std::move(file)});
  }
  return suites;
}

// Whether the test stands in the folder of a changed file; `of_its_stem`: and bears its name. Tests of
// shared/seeds/ stand in tests/shared/seeds/, those of manual/layers/ in tests/layers/.
bool is_near(const fs::path& test, const FileContents& files, bool of_its_stem) {
  return std::any_of(files.begin(), files.end(), [&](const auto& entry) {
    const fs::path file(entry.first), folder = file.parent_path();
    if (of_its_stem && test.filename() != file.stem().string() + "_test.cpp") return false;
    return test.parent_path() == "tests" / folder ||
           test.parent_path() == "tests" / folder.lexically_relative(*folder.begin());
  });
}

// A test that fails is enough. Through the environment, of which a GoogleTest that does not know it takes no
// notice; it would not run a test when it did not know the option.
Finished run_tests(const fs::path& program, const std::string& filter) {
  return run_program({"timeout", kSuiteSeconds, "sh", "-c",
                      fmt::format("ulimit -S -t {} && exec \"$0\" \"$@\"", kProcessorSeconds),
                      program.string(), "--gtest_filter=" + filter},
                     "install it", {{"OMP_NUM_THREADS", "1"}, {"GTEST_FAIL_FAST", "1"}});
}

std::string filter_for(const std::vector<TestSuite>& suites) {
  std::string filter;
  for (const TestSuite& suite : suites) filter += suite.name + ".*:";
  return filter;
}

// A test that fails of a mutant is no witness when it fails of the right code too. Those that no mutant fails
// need not be asked.
void expect_right_code_passes(const Target& target, const std::string& filter) {
  if (const Finished tests = run_tests(right_program(target), filter); tests.code != 0)
    throw NumericError(fmt::format("the suite fails on the right code: {}", filter), build_folder().string(),
                       "see ./twin test");
}

}  // namespace

std::vector<std::vector<TestSuite>> nearest_first(const std::vector<TestSuite>& suites,
                                                  const FileContents& files) {
  std::vector<std::vector<TestSuite>> parts(kParts);
  for (const TestSuite& suite : suites)
    parts[is_near(suite.file, files, true) ? 0 : is_near(suite.file, files, false) ? 1 : 2].push_back(suite);
  return parts;
}

// "[  FAILED  ] SigmoidTwin.GradientsMatchOnRandomShapes (5 ms)" or "…, where GetParam() = 3 (5 ms)"
std::vector<FailedTest> failed_tests_of(const Finished& program) {
  constexpr std::string_view kFailed = "[  FAILED  ] ", kBegun = "[ RUN      ] ";
  std::vector<FailedTest> failed;
  std::string begun;
  for (const std::string& line : lines_of(program.out)) {
    if (line.starts_with(kBegun)) begun = line.substr(kBegun.size());
    if (!line.starts_with(kFailed)) continue;
    const std::string name =
        line.substr(kFailed.size(), line.find_first_of(" ,", kFailed.size()) - kFailed.size());
    const bool known =
        std::any_of(failed.begin(), failed.end(), [&](const auto& f) { return f.name == name; });
    if (name.find('.') != name.npos && !known) failed.push_back({name});
  }
  if (program.code != 0 && failed.empty())
    failed.push_back({begun, program.code == kSuiteTimeoutCode ? "time limit" : end_of(program)});
  return failed;
}

Suite::Suite() : build_(kTargets) {
  for (const Target& target : kTargets) programs_.push_back({target, suites_of(target)});
}

std::vector<std::string> Suite::failed_tests(const FileContents& files, const fs::path& folder) const {
  Workshop workshop(folder, build_);
  workshop.change(files);
  std::map<std::string, Workshop::Program> built;
  for (std::size_t part = 0; part < kParts; ++part)
    for (const auto& [target, suites] : programs_) {
      const std::string all = filter_for(nearest_first(suites, files)[part]);
      if (all.empty() || build_.units_of(target, files).empty()) continue;
      if (!built.contains(target.name)) built[target.name] = workshop.build(target);
      const Workshop::Program& program = built[target.name];
      if (!program.error.empty()) return {"build"};
      std::vector<std::string> failed;
      for (const FailedTest& test : failed_tests_of(run_tests(program.path, all))) {
        expect_right_code_passes(target, test.name.empty() ? all : test.name);
        failed.push_back(test.name.empty() ? target.name : test.name);
        if (!test.end.empty()) failed.back() += ": " + test.end;
      }
      if (!failed.empty()) return failed;
    }
  return {};
}

}  // namespace twin::reports
