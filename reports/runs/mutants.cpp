#include "reports/runs/mutants.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <fcntl.h>
#include <fmt/format.h>
#include <mutex>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

#include "autograd/backend.hpp"
#include "reports/runs/build_costs.hpp"
#include "reports/runs/line_counts.hpp"
#include "reports/runs/mutants/building.hpp"
#include "reports/runs/mutants/suite.hpp"
#include "shared/compare_networks/examination.hpp"
#include "shared/data/dataset.hpp"
#include "shared/errors.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

// One of each kind: a factor, a derivative, what stays between steps, an update.
constexpr auto kQuick =
    std::to_array<std::string_view>({"mse-mean-missing", "sigmoid-derivative-of-output",
                                     "network-gradients-never-zeroed", "sgd-velocity-unused"});

/// Two studies would build in the same folders.
class Lock {
 public:
  explicit Lock(const fs::path& file)
      : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0)
      throw MachineError("another study is running", file.parent_path().string(), "wait for its end");
  }
  ~Lock() { ::close(descriptor_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int descriptor_;
};

// Runs job(0) … job(count - 1) on so many threads; job(i) knows by `worker` which of them it runs on. Throws
// the first exception of any, after the jobs that are running have ended.
template <typename Job>
void in_parallel(std::size_t workers, std::size_t count, const Job& job) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  std::vector<std::jthread> threads;
  for (std::size_t worker = 0; worker < std::min(workers, count); ++worker)
    threads.emplace_back([&, worker] {
      try {
        for (std::size_t i; (i = next++) < count;) job(worker, i);
      } catch (...) {
        next = count;
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
      }
    });
  threads.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

std::vector<Mutant> all_mutants() {
  const std::vector<std::string> known = known_causes(autograd::backend());
  return load_mutants(source_tree(), {known.begin(), known.end()});
}

std::vector<Mutant> choose_mutants(const std::vector<std::string>& names, bool quick) {
  if (!fs::exists(build_folder() / "CMakeCache.txt"))
    throw MachineError("the build folder is gone", build_folder().string(),
                       "build the program anew where it is to stay");
  std::vector<std::string> wanted = names;
  if (names.empty() && quick) wanted.assign(kQuick.begin(), kQuick.end());
  std::vector<Mutant> mutants = select_mutants(all_mutants(), wanted);
  for (const Mutant& mutant : mutants) mutated_files(mutant, source_tree());
  return mutants;
}

MutantsResult run_mutants(const MutantsOptions& options,
                          const std::function<void(std::int64_t, std::int64_t)>& on_mutant) {
  const fs::path folder = build_folder() / "mutants";
  fs::create_directories(folder);
  const Lock lock(folder / "lock");
  const MainBuild build(probe_targets(options.quick));

  MutantsResult result;
  result.fashion = !options.quick && fs::exists(default_fashion_mnist_folder());
  std::vector<FileContents> files;
  std::vector<TrialPlan> plans;
  for (const Mutant& mutant : options.mutants) {
    files.push_back(mutated_files(mutant, source_tree()));
    plans.push_back(plan_for(mutant.stem, files.back(), options.quick, result.fashion));
    result.mutants.emplace_back().mutant = mutant;
  }
  // The right code comes first.
  files.insert(files.begin(), FileContents{});
  plans.insert(plans.begin(), plan_for_all(plans, options.quick, result.fashion));

  std::mutex mutex;
  std::int64_t done = 0, total = std::ssize(files);
  const auto count = [&] {
    const std::lock_guard counting(mutex);
    on_mutant(++done, total);
  };
  std::vector<Workshop> workshops;
  for (int w = 0; w < options.workers; ++w)
    workshops.emplace_back(folder / fmt::format("worker-{}", w + 1), build);
  in_parallel(workshops.size(), files.size(), [&](std::size_t worker, std::size_t i) {
    workshops[worker].change(files[i]);
    Trial trial = try_out(workshops[worker], plans[i]);
    if (i == 0) expect_unnoticed(trial);
    (i == 0 ? result.baseline : result.mutants[i - 1].trial) = std::move(trial);
    count();
  });

  std::vector<std::size_t> asked;  // of the suite
  for (std::size_t i = 1; i < files.size(); ++i) {
    MutantResult& mutant = result.mutants[i - 1];
    mutant.loss_curve = seen_in_the_loss(mutant.trial, plans[i], result.baseline);
    if (!plans[i].learns_xor) mutant.trial.xor_learning = result.baseline.xor_learning;
    if (!plans[i].learns_fashion) mutant.trial.fashion = result.baseline.fashion;
    mutant.diagnosed = judge(mutant.mutant, mutant.trial.diagnosis);
    mutant.suite_asked = mutant.trial.compiles && !mutant.checked();
    if (mutant.suite_asked) asked.push_back(i);
  }
  total += std::ssize(asked);
  if (asked.empty()) return result;
  const Suite suite;
  in_parallel(workshops.size(), asked.size(), [&](std::size_t worker, std::size_t a) {
    const std::size_t i = asked[a];
    result.mutants[i - 1].failed_tests =
        suite.failed_tests(files[i], folder / fmt::format("suite-{}", worker + 1));
    count();
  });
  return result;
}

}  // namespace twin::reports
