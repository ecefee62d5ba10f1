// The program `twin`: parses, runs one command, and turns every error into one line and exit code 2.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string>
#include <vector>

#include "reports/commands/command.hpp"
#include "reports/json.hpp"
#include "shared/errors.hpp"
#include "shared/machine/kernels.hpp"

namespace {

constexpr int kBadInput = 2;

// LibTorch's messages go on for pages: the first line says it.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

int fail(const std::string& message) {
  fmt::print(stderr, "error: {}\n", first_line(message));
  return kBadInput;
}

int run(int argc, char** argv) {
  twin::use_widest_kernels();
  CLI::App app("Every neural network twice: by hand in Eigen, and in LibTorch with autograd.", "twin");
  app.require_subcommand(1);
  app.footer(
      "./twin test builds and runs the test suite; ./twin --libtorch DIR … takes another LibTorch than "
      "Debian's.");
  app.set_version_flag("--version", fmt::format("twingrad {}", twin::reports::commit()));
  twin::reports::Action action;
  twin::reports::add_list(app, action);
  twin::reports::add_train(app, action);
  twin::reports::add_check(app, action);
  twin::reports::add_diff(app, action);
  twin::reports::add_explain(app, action);
  twin::reports::add_bench(app, action);
  twin::reports::add_mutants(app, action);
  twin::reports::add_report(app, action);
  twin::reports::add_serve_side(app, action);
  // CLI11 would say that a command is missing, and not that this one is unknown.
  std::vector<std::string> commands;
  for (const CLI::App* command : app.get_subcommands({}))
    if (!command->get_group().empty()) commands.push_back(command->get_name());
  const bool served = argc > 1 && argv[1] == std::string_view("serve-side");
  if (argc > 1 && !served && argv[1][0] != '-' &&
      std::find(commands.begin(), commands.end(), argv[1]) == commands.end())
    throw twin::UsageError(fmt::format("unknown command {}", argv[1]), {},
                           fmt::format("choose from {}", fmt::join(commands, ", ")));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return fail(fmt::format("usage: {}, see twin --help", first_line(error.what())));
  }
  const int code = action();
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    throw twin::OutputError(fmt::format("cannot write the results: {}", std::strerror(errno)),
                            "standard output");
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const twin::Error& error) {
    return fail(error.what());
  } catch (const std::bad_alloc&) {
    return fail("machine: out of memory, try a smaller --batch");
  } catch (const std::exception& error) {
    return fail(fmt::format("internal: {}", error.what()));
  }
}
