#include "shared/machine/process.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/errors.hpp"

namespace twin {
namespace {

// What a program writes, kept in memory: nobody has to read it while it runs, and nothing is left on the
// disk.
class Captured {
 public:
  Captured() : descriptor_(::memfd_create("captured", MFD_CLOEXEC)) {
    if (descriptor_ < 0)
      throw MachineError(fmt::format("no memory for what a program says: {}", std::strerror(errno)));
  }
  ~Captured() { ::close(descriptor_); }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  int descriptor() const { return descriptor_; }

  std::string text() const {
    std::string text;
    std::array<char, 4096> block;
    off_t offset = 0;
    for (ssize_t n; (n = ::pread(descriptor_, block.data(), block.size(), offset)) > 0; offset += n)
      text.append(block.data(), static_cast<std::size_t>(n));
    return text;
  }

 private:
  int descriptor_;
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

Finished run_program(std::vector<std::string> words, std::string_view remedy,
                     const std::map<std::string, std::string>& environment, Errors errors) {
  const Captured out, err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
  if (errors == Errors::captured) posix_spawn_file_actions_adddup2(&actions, err.descriptor(), STDERR_FILENO);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<std::string> changed;
  for (const auto& [name, value] : environment) changed.push_back(name + "=" + value);
  std::vector<char*> variables;
  for (char** variable = environ; *variable; ++variable) {
    const std::string_view text = *variable;
    if (!environment.contains(std::string(text.substr(0, text.find('='))))) variables.push_back(*variable);
  }
  for (std::string& variable : changed) variables.push_back(variable.data());
  variables.push_back(nullptr);
  pid_t child = 0;
  const auto start = std::chrono::steady_clock::now();
  const int error = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw MachineError(fmt::format("cannot run {}: {}", words[0], std::strerror(error)), {}, remedy);
  int status = 0;
  rusage used{};
  while (::wait4(child, &status, 0, &used) < 0 && errno == EINTR) {
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          WIFSIGNALED(status) ? WTERMSIG(status) : 0,
          out.text(),
          err.text(),
          elapsed.count(),
          seconds_of(used.ru_utime) + seconds_of(used.ru_stime)};
}

}  // namespace twin
