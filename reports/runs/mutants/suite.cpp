#include "reports/runs/mutants/suite.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

#include "reports/runs/build_costs.hpp"
#include "reports/runs/sources.hpp"
#include "shared/errors.hpp"

namespace twin::reports {
namespace {

const std::vector<Target> kTargets{{.name = "twin_tests", .variants = true, .flags = "-O1"},
                                   {.name = "shared_tests", .flags = "-O1"},
                                   {.name = "allocation_tests", .flags = "-O1"}};
constexpr const char* kSeconds = "600";
constexpr int kTimeoutCode = 124;  // of timeout(1)

// "[  FAILED  ] SigmoidTwin.GradientsMatchOnRandomShapes (5 ms)" or "…, where GetParam() = 3 (5 ms)"
void add_failed(std::set<std::string>& failed, const Finished& tests) {
  constexpr std::string_view kSign = "[  FAILED  ] ";
  for (const std::string& line : lines_of(tests.out)) {
    if (!line.starts_with(kSign)) continue;
    const std::string name = line.substr(kSign.size(), line.find_first_of(" ,", kSign.size()) - kSign.size());
    if (name.find('.') != name.npos) failed.insert(name);
  }
}

std::set<std::string> run_tests(const std::filesystem::path& program) {
  const Finished tests = run_program({"timeout", kSeconds, program.string(), "--gtest_brief=1"}, "install it",
                                     {{"OMP_NUM_THREADS", "1"}});
  std::set<std::string> failed;
  add_failed(failed, tests);
  if (tests.code != 0 && failed.empty())
    failed.insert(fmt::format("{}: {}", program.filename().string(),
                              tests.code == kTimeoutCode ? "time limit" : end_of(tests)));
  return failed;
}

}  // namespace

Suite::Suite(const std::filesystem::path& folder) : build_(kTargets), workshop_(folder, build_) {
  std::set<std::string> failed;
  for (const Target& target : kTargets) failed.merge(run_tests(build_folder() / "bin" / target.name));
  if (!failed.empty())
    throw NumericError(fmt::format("the suite fails on the right code: {}", fmt::join(failed, ", ")),
                       build_folder().string(), "see ./twin test");
}

std::vector<std::string> Suite::failed_tests(const FileContents& files) {
  workshop_.change(files);
  std::set<std::string> failed;
  for (const Target& target : kTargets) {
    if (build_.units_of(target, files).empty()) continue;
    const Workshop::Program program = workshop_.build(target);
    if (program.error.empty())
      failed.merge(run_tests(program.path));
    else
      failed.insert("build");
  }
  return {failed.begin(), failed.end()};
}

}  // namespace twin::reports
