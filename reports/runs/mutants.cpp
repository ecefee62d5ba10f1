#include "reports/runs/mutants.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <exception>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mutex>
#include <numeric>
#include <sstream>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

#include "reports/runs/mutants/known_causes.hpp"
#include "shared/data/dataset.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = TWINGRAD_SOURCE_DIR, kBuild = TWINGRAD_BUILD_DIR;

// One of each kind: a factor, a derivative, what stays between steps, an update.
constexpr auto kQuick =
    std::to_array<std::string_view>({"mse-mean-missing", "sigmoid-derivative-of-output",
                                     "network-gradients-never-zeroed", "sgd-velocity-unused"});

const std::vector<std::string> kNetworks{"perceptron", "xor", "primes", "fashion-mlp"},
    kQuickNetworks{"perceptron", "xor", "primes"};
const std::vector<std::string> kRates{"0.5", "1", "2", "5"}, kQuickRates{"2"};
constexpr int kSeeds = 200, kQuickSeeds = 20;

constexpr double kFewerSeeds = 0.9, kMoreEpochs = 2, kLessAccuracy = 0.01;

// ---- Source trees

Contents contents_of(const std::vector<std::string>& parts) {
  Contents contents;
  const auto add = [&](const fs::path& file) {
    contents[file.lexically_relative(kSource).string()] = read_file(file);
  };
  for (const std::string& part : parts) {
    if (fs::is_regular_file(kSource / part)) {
      add(kSource / part);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(kSource / part))
      if (entry.is_regular_file()) add(entry.path());
  }
  return contents;
}

// Makes `folder` hold just these files. What is the same already is left alone, and with it what was built of
// it.
void mirror(const Contents& wanted, const fs::path& folder) {
  std::vector<fs::path> unwanted;
  fs::create_directories(folder);
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && !wanted.contains(entry.path().lexically_relative(folder).string()))
      unwanted.push_back(entry.path());
  for (const fs::path& file : unwanted) fs::remove(file);
  for (const auto& [name, text] : wanted) {
    const fs::path file = folder / name;
    if (fs::exists(file) && read_file(file) == text) continue;
    fs::create_directories(file.parent_path());
    write_file(file, text);
  }
}

std::string first_error(const Finished& build) {
  std::istringstream lines(build.out + build.err);
  for (std::string line; std::getline(lines, line);)
    if (const std::size_t at = line.find("rror: "); at != std::string::npos) return line.substr(at + 6);
  return "no reason given";
}

// ---- The probe

std::string end_of(const Finished& part) {
  if (part.signal == SIGXCPU || part.signal == SIGALRM) return "time limit";
  if (part.signal != 0) return fmt::format("signal {}", part.signal);
  return fmt::format("exit code {}", part.code);
}

/// A scratch folder in which one set of sources after the other is built and tried.
class Workshop {
 public:
  explicit Workshop(fs::path folder) : folder_(std::move(folder)) {}

  /// The right code, but for `patched`.
  Trial try_out(const Contents& patched, bool quick, bool fashion) {
    Contents sources = contents_of({"manual"});
    for (const auto& [file, text] : patched) sources[file] = text;
    mirror(sources, folder_ / "sources");
    configure();

    Trial trial;
    const Finished built = build("probe");
    trial.compiles = built.code == 0;
    if (!trial.compiles) {
      trial.ends.emplace_back("compiler", first_error(built));
      return trial;
    }
    check(trial, quick);
    check_weakly(trial);
    learn_xor(trial, quick);
    if (!quick && fashion) learn_fashion(trial);
    if (!quick) sanitize(trial);
    return trial;
  }

 private:
  void configure() {
    if (fs::exists(build_ / "build.ninja") || fs::exists(build_ / "Makefile")) return;
    const Finished configured =
        run_program({TWINGRAD_CMAKE, "-S", (kSource / "tests/mutants/probe").string(), "-B", build_.string(),
                     "-G", TWINGRAD_GENERATOR, "-DTWINGRAD_BUILD_DIR=" + kBuild.string(),
                     "-DTWINGRAD_MUTANT_DIR=" + (folder_ / "sources").string()});
    if (configured.code == 0) return;
    fs::remove_all(build_);
    throw MachineError(fmt::format("cannot configure the probe: {}", configured.err.substr(0, 200)),
                       build_.string());
  }

  Finished build(const char* target) {
    return run_program({TWINGRAD_CMAKE, "--build", build_.string(), "--target", target, "--parallel", "1"});
  }

  // Nothing when the part has not come to its end.
  std::optional<Json> run(Trial& trial, const std::vector<std::string>& arguments) {
    std::vector<std::string> words{(build_ / "probe").string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const Finished part = run_program(words);
    Json said = Json::parse(part.out, nullptr, false);
    if (part.code != 0 || said.is_discarded()) {
      trial.ends.emplace_back(arguments[0], end_of(part));
      return {};
    }
    if (said.contains("error")) {
      trial.ends.emplace_back(arguments[0], said["error"].get<std::string>());
      return {};
    }
    return said;
  }

  void check(Trial& trial, bool quick) {
    std::vector<std::string> words{"check"};
    for (const std::string& name : quick ? kQuickNetworks : kNetworks) words.push_back(name);
    const std::optional<Json> said = run(trial, words);
    if (!said) {
      trial.finite_differences = trial.step_1 = true;
      return;
    }
    for (const Json& network : (*said)["networks"]) {
      const std::string name = network["network"];
      trial.finite_differences = trial.finite_differences || network["finite_differences"].get<bool>();
      trial.step_1 = trial.step_1 || network["step_1"].get<bool>();
      trial.later_steps = trial.later_steps || network["later_steps"].get<bool>();
      for (const Json& error : network["errors"])
        trial.ends.emplace_back("check " + name, error.get<std::string>());
      for (const Json& finding : network["diagnosis"])
        trial.diagnosis.push_back({{"network", name},
                                   {"cause", finding["cause"]},
                                   {"tensor", finding["tensor"]},
                                   {"text", finding["text"]}});
    }
  }

  void check_weakly(Trial& trial) {
    if (const std::optional<Json> said = run(trial, {"check-weakly"}))
      trial.weak_checks = weak_checks_of((*said)["situations"]);
  }

  void learn_xor(Trial& trial, bool quick) {
    std::vector<std::string> words{"learn-xor", std::to_string(quick ? kQuickSeeds : kSeeds)};
    for (const std::string& rate : quick ? kQuickRates : kRates) words.push_back(rate);
    const std::optional<Json> said = run(trial, words);
    if (!said) return;
    for (const auto& [lr, learnt] : said->items()) {
      XorLearning& learning =
          trial.xor_learning.emplace_back(XorLearning{lr, learnt["converged"], learnt["seeds"], {}});
      if (!learnt["median_epochs"].is_null()) learning.median_epochs = learnt["median_epochs"].get<int>();
    }
  }

  void learn_fashion(Trial& trial) {
    if (const std::optional<Json> said = run(trial, {"learn-fashion"}))
      trial.fashion = FashionLearning{(*said)["accuracy"], (*said)["finite"]};
  }

  void sanitize(Trial& trial) {
    if (const Finished built = build("sanitized"); built.code != 0) {
      trial.ends.emplace_back("sanitizer", first_error(built));
      return;
    }
    const Finished sanitized = run_program({(build_ / "sanitized").string()});
    trial.sanitizer = sanitized.code != 0;
    if (trial.sanitizer) trial.ends.emplace_back("sanitizer", end_of(sanitized));
  }

  fs::path folder_, build_ = folder_ / "build";
};

// ---- The suite

/// The project's own tests on a copy of the source tree, without LibTorch. -O1: compiling more takes longer
/// than the tests save, and compiling less makes them ten times as slow.
class Suite {
 public:
  Suite(fs::path folder, int workers) : folder_(std::move(folder)), workers_(std::to_string(workers)) {
    const std::vector<std::string> failed = failed_tests({});
    if (!failed.empty())
      throw NumericError(fmt::format("the suite fails on the right code: {}", fmt::join(failed, ", ")),
                         folder_.string(), "see ./twin test");
  }

  /// Of the right code, but for `patched`; "build" when it does not build.
  std::vector<std::string> failed_tests(const Contents& patched) {
    Contents sources = contents_of({"CMakeLists.txt", "cmake", "manual", "shared", "tests"});
    for (const auto& [file, text] : patched) sources[file] = text;
    mirror(sources, folder_ / "sources");
    const fs::path build = folder_ / "build", log = build / "Testing/Temporary/LastTestsFailed.log";
    if (!fs::exists(build / "CTestTestfile.cmake"))
      run_program({TWINGRAD_CMAKE, "-S", (folder_ / "sources").string(), "-B", build.string(), "-G",
                   TWINGRAD_GENERATOR, "-DCMAKE_BUILD_TYPE=None", "-DCMAKE_CXX_FLAGS=-O1",
                   "-DTWINGRAD_AUTOGRAD=OFF"});
    if (run_program({TWINGRAD_CMAKE, "--build", build.string(), "--parallel", workers_}).code != 0)
      return {"build"};
    fs::remove(log);
    // What is about files, and about installing, has nothing to do with a mutant.
    run_program({TWINGRAD_CTEST, "--test-dir", build.string(), "--parallel", workers_, "--timeout", "300",
                 "--exclude-regex", "^(architecture|outside_project)$"});
    std::vector<std::string> failed;
    if (!fs::exists(log)) return failed;
    std::istringstream lines(read_file(log));  // "17:SigmoidTwin.GradientsMatchOnRandomShapes"
    for (std::string line; std::getline(lines, line);) failed.push_back(line.substr(line.find(':') + 1));
    return failed;
  }

 private:
  fs::path folder_;
  std::string workers_;
};

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

// ---- Judging

bool learns_xor_worse(const Trial& trial, const Trial& baseline) {
  for (std::size_t i = 0; i < baseline.xor_learning.size(); ++i) {
    const XorLearning& right = baseline.xor_learning[i];
    const XorLearning& mutant = trial.xor_learning.at(i);
    if (mutant.converged < kFewerSeeds * right.converged) return true;
    if (right.median_epochs && *mutant.median_epochs > kMoreEpochs * *right.median_epochs) return true;
  }
  return false;
}

bool seen_in_the_loss(const Trial& trial, const Trial& baseline) {
  if (!trial.compiles) return false;
  if (trial.xor_learning.empty() || learns_xor_worse(trial, baseline)) return true;
  if (!baseline.fashion) return false;
  return !trial.fashion || !trial.fashion->finite ||
         trial.fashion->accuracy < baseline.fashion->accuracy - kLessAccuracy;
}

// A cause that is none of the mutant's makes it wrong, whatever else was said; "unexplained" claims nothing.
Diagnosed judge(const Mutant& mutant, const Json& diagnosis) {
  bool right = false;
  for (const Json& finding : diagnosis) {
    const std::string cause = finding["cause"];
    if (names_the_cause(mutant, cause, finding["tensor"]))
      right = true;
    else if (cause != "unexplained")
      return Diagnosed::wrong;
  }
  return right ? Diagnosed::right : diagnosis.empty() ? Diagnosed::no_mark : Diagnosed::unexplained;
}

void expect_unnoticed(const Trial& baseline) {
  if (!baseline.compiles)
    throw MachineError(fmt::format("the right code does not build: {}", baseline.ends.at(0).second),
                       kBuild.string(), "build the program again");
  if (!baseline.ends.empty())
    throw NumericError(
        fmt::format("the right code ended early: {}: {}", baseline.ends[0].first, baseline.ends[0].second));
  const bool weakly =
      std::any_of(baseline.weak_checks.begin(), baseline.weak_checks.end(),
                  [](const WeakCheck& check) { return check.full.has_value() || check.weak.has_value(); });
  if (baseline.finite_differences || baseline.step_1 || baseline.later_steps || baseline.sanitizer || weakly)
    throw NumericError("the right code is noticed as wrong", {}, "see twin check");
}

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

Json json_of(const Trial& trial) {
  Json learnt = Json::object(), ends = Json::array();
  for (const XorLearning& learning : trial.xor_learning)
    learnt[learning.lr] = {
        {"converged", learning.converged},
        {"seeds", learning.seeds},
        {"median_epochs", learning.median_epochs ? Json(*learning.median_epochs) : Json()}};
  for (const auto& [part, end] : trial.ends) ends.push_back({{"part", part}, {"end", end}});
  return {{"compiles", trial.compiles},
          {"xor", std::move(learnt)},
          {"fashion", trial.fashion
                          ? Json{{"accuracy", trial.fashion->accuracy}, {"finite", trial.fashion->finite}}
                          : Json()},
          {"ended_early", std::move(ends)}};
}

constexpr auto kWeakenings =
    std::to_array<const char*>({"ones_upstream", "zero_weights", "float32", "no_input_gradient"});

const char* part_of(bool alone) { return alone ? "layer" : "network"; }

}  // namespace

std::vector<WeakCheck> weak_checks_of(const Json& situations) {
  const auto add = [](std::optional<int>& earliest, int step) {
    if (step > 0) earliest = std::min(earliest.value_or(step), step);
  };
  std::vector<WeakCheck> checks;
  for (const bool alone : {true, false})
    for (const char* weakening : kWeakenings) {
      WeakCheck check{weakening, alone, {}, {}};
      for (const Json& situation : situations) {
        if (situation.at("alone") != alone || !situation.at("weak").contains(weakening)) continue;
        add(check.full, situation.at("full"));
        add(check.weak, situation.at("weak").at(weakening));
      }
      checks.push_back(std::move(check));
    }
  return checks;
}

Json json_of(const std::vector<WeakCheck>& checks) {
  const auto step = [](const std::optional<int>& value) { return value ? Json(*value) : Json(); };
  Json json;
  for (const WeakCheck& check : checks)
    json[part_of(check.alone)][check.weakening] = {{"full", step(check.full)}, {"weak", step(check.weak)}};
  return json;
}

Json weak_counts(const std::vector<MutantResult>& mutants) {
  Json counts;
  for (const bool alone : {true, false})
    for (const char* weakening : kWeakenings)
      counts[part_of(alone)][weakening] = {
          {"caught", 0}, {"later", Json::array()}, {"vanished", Json::array()}};
  for (const MutantResult& mutant : mutants)
    for (const WeakCheck& check : mutant.trial.weak_checks) {
      if (!check.full) continue;
      Json& count = counts[part_of(check.alone)][check.weakening];
      count["caught"] = count["caught"].get<int>() + 1;
      if (!check.weak)
        count["vanished"].push_back(mutant.mutant.name);
      else if (*check.weak > *check.full)
        count["later"].push_back(mutant.mutant.name);
    }
  return counts;
}

std::string_view to_string(Diagnosed diagnosed) {
  switch (diagnosed) {
    case Diagnosed::right:
      return "right";
    case Diagnosed::wrong:
      return "wrong";
    case Diagnosed::unexplained:
      return "unexplained";
    case Diagnosed::no_mark:
      break;
  }
  return "no_mark";
}

bool MutantResult::survives() const {
  return trial.compiles && !loss_curve && !checked() && !trial.sanitizer && failed_tests.empty();
}

std::vector<Mutant> choose_mutants(const std::vector<std::string>& names, bool quick) {
  if (!fs::exists(kBuild / "CMakeCache.txt"))
    throw MachineError("the build folder is gone", kBuild.string(),
                       "build the program anew where it is to stay");
  std::vector<std::string> wanted = names;
  if (names.empty() && quick) wanted.assign(kQuick.begin(), kQuick.end());
  std::vector<Mutant> mutants = select_mutants(load_mutants(kSource, known_causes()), wanted);
  for (const Mutant& mutant : mutants) mutated_files(mutant, kSource);
  return mutants;
}

namespace {

// The right code first, then those that leave manual/ as it is: what depends on it is not built anew for
// each.
std::vector<std::size_t> order_of(const std::vector<Contents>& patched) {
  std::vector<std::size_t> order(patched.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_partition(order.begin(), order.end(), [&](std::size_t i) {
    return std::none_of(patched[i].begin(), patched[i].end(),
                        [](const auto& file) { return file.first.starts_with("manual/"); });
  });
  return order;
}

}  // namespace

MutantsResult run_mutants(const MutantsOptions& options,
                          const std::function<void(std::int64_t, std::int64_t)>& on_mutant) {
  const fs::path folder = kBuild / "mutants";
  fs::create_directories(folder);
  const Lock lock(folder / "lock");

  MutantsResult result;
  result.fashion = !options.quick && fs::exists(default_fashion_mnist_folder());
  std::vector<Contents> patched(1);  // the right code, then each mutant
  for (const Mutant& mutant : options.mutants) {
    patched.push_back(mutated_files(mutant, kSource));
    result.mutants.emplace_back().mutant = mutant;
  }

  std::mutex mutex;
  std::int64_t done = 0, total = std::ssize(patched);
  const auto count = [&] {
    const std::lock_guard counting(mutex);
    on_mutant(++done, total);
  };
  std::vector<Workshop> workshops;
  for (int w = 0; w < options.workers; ++w) workshops.emplace_back(folder / fmt::format("worker-{}", w + 1));
  const std::vector<std::size_t> order = order_of(patched);
  in_parallel(workshops.size(), patched.size(), [&](std::size_t worker, std::size_t job) {
    const std::size_t i = order[job];
    Trial trial = workshops[worker].try_out(patched[i], options.quick, result.fashion);
    if (i == 0) expect_unnoticed(trial);
    (i == 0 ? result.baseline : result.mutants[i - 1].trial) = std::move(trial);
    count();
  });

  for (MutantResult& mutant : result.mutants) {
    mutant.loss_curve = seen_in_the_loss(mutant.trial, result.baseline);
    mutant.diagnosed = judge(mutant.mutant, mutant.trial.diagnosis);
    mutant.suite_asked = mutant.trial.compiles && !mutant.checked();
    total += mutant.suite_asked;
  }
  std::optional<Suite> suite;
  for (const std::size_t i : order) {
    if (i == 0 || !result.mutants[i - 1].suite_asked) continue;
    if (!suite) suite.emplace(folder / "suite", options.workers);
    result.mutants[i - 1].failed_tests = suite->failed_tests(patched[i]);
    count();
  }
  return result;
}

Json options_json(const MutantsOptions& options) {
  Json names = Json::array();
  for (const Mutant& mutant : options.mutants) names.push_back(mutant.name);
  return {{"mutants", std::move(names)}, {"quick", options.quick}, {"workers", options.workers}};
}

Json result_json(const MutantsResult& result) {
  Json mutants = Json::array(), caught, diagnosed;
  for (const char* detector :
       {"compiler", "loss_curve", "finite_differences", "step_1", "later_steps", "sanitizer", "suite"})
    caught[detector] = 0;
  for (const char* verdict : {"right", "wrong", "unexplained", "no_mark"}) diagnosed[verdict] = 0;
  int survivors = 0;
  for (const MutantResult& mutant : result.mutants) {
    const Json detectors{{"compiler", !mutant.trial.compiles},
                         {"loss_curve", mutant.loss_curve},
                         {"finite_differences", mutant.trial.finite_differences},
                         {"step_1", mutant.trial.step_1},
                         {"later_steps", mutant.trial.later_steps},
                         {"sanitizer", mutant.trial.sanitizer},
                         {"suite", !mutant.failed_tests.empty()}};
    for (const auto& [detector, noticed] : detectors.items())
      caught[detector] = caught[detector].get<int>() + noticed.get<bool>();
    Json& count = diagnosed[std::string(to_string(mutant.diagnosed))];
    count = count.get<int>() + 1;
    survivors += mutant.survives();
    Json row{{"name", mutant.mutant.name},
             {"mistake", mutant.mutant.mistake},
             {"right", mutant.mutant.right},
             {"seen", mutant.mutant.seen},
             {"expected_causes", mutant.mutant.causes}};
    row.update(json_of(mutant.trial));
    row.update({{"detectors", detectors},
                {"suite_asked", mutant.suite_asked},
                {"caught_by_suite", mutant.failed_tests},
                {"weak_checks", json_of(mutant.trial.weak_checks)},
                {"diagnosis", mutant.trial.diagnosis},
                {"diagnosed", to_string(mutant.diagnosed)},
                {"survives", mutant.survives()}});
    mutants.push_back(std::move(row));
  }
  return {{"baseline", json_of(result.baseline)},
          {"mutants", std::move(mutants)},
          {"counts",
           {{"mutants", result.mutants.size()},
            {"caught_by", std::move(caught)},
            {"diagnosed", std::move(diagnosed)},
            {"weak_checks", weak_counts(result.mutants)},
            {"survivors", survivors}}}};
}

}  // namespace twin::reports
