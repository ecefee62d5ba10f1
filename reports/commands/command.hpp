// The commands of the program, and the options they share.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "shared/data/dataset.hpp"
#include "shared/network.hpp"
#include "shared/seeds/random.hpp"

namespace twin::reports {

/// What the command line asks for: returns the exit code.
using Action = std::function<int()>;

void add_list(CLI::App& app, Action& action);
void add_train(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_diff(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_mutants(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
/// Not for users, and not shown to them: this program as a side of another one's benchmark.
void add_serve_side(CLI::App& app, Action& action);

struct CommonOptions {
  int threads = 1;
  std::filesystem::path json;
  DatasetOptions data;
};

void add_threads(CLI::App& command, CommonOptions& options);
void add_json(CLI::App& command, CommonOptions& options);
void add_data(CLI::App& command, CommonOptions& options);
/// A second LibTorch, beside the one that this program was built over.
void add_libtorch(CLI::App& command, std::filesystem::path& folder);
/// `seed` is a Seed, or an optional one.
template <typename SeedValue>
void add_seed(CLI::App& command, SeedValue& seed, const char* what) {
  // CLI11 would take -1 for 2^64 - 1.
  command.add_option("--seed", seed, what)->option_text("S")->check(CLI::NonNegativeNumber);
}
/// "cpu" or "cuda". Throws UsageError otherwise.
Device parse_device(const std::string& name);
void add_device(CLI::App& command, Device& device);
/// One dtype.
void add_dtype(CLI::App& command, DType& dtype);
/// Any number of dtypes.
void add_dtypes(CLI::App& command, std::vector<DType>& dtypes);

}  // namespace twin::reports
