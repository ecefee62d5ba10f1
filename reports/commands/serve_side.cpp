// twin serve-side: the autograd twin of this program as a side of another one's benchmark.
#include <iostream>

#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/runs/guests.hpp"

namespace twin::reports {
namespace {

int run(int threads) {
  cap_thread_pools(threads);
  use_threads(threads, backends());
  serve_side(std::cin, std::cout, threads);
  return 0;
}

}  // namespace

void add_serve_side(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("serve-side", "Answer a benchmark line for line")->group("");
  auto threads = std::make_shared<int>(1);
  command->add_option("--threads", *threads, "Threads of BLAS and LibTorch alike")
      ->envname("OMP_NUM_THREADS")
      ->option_text("N [1]");
  command->callback([&action, threads] { action = [threads] { return run(*threads); }; });
}

}  // namespace twin::reports
