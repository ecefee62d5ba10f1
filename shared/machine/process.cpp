#include "shared/machine/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/errors.hpp"

namespace twin {
namespace {

int memory_file() {
  const int descriptor = ::memfd_create("captured", MFD_CLOEXEC);
  if (descriptor < 0)
    throw MachineError(fmt::format("no memory for what a program says: {}", std::strerror(errno)));
  return descriptor;
}

std::string text_of(int memory_file) {
  std::string text;
  std::array<char, 4096> block;
  off_t offset = 0;
  for (ssize_t n; (n = ::pread(memory_file, block.data(), block.size(), offset)) > 0; offset += n)
    text.append(block.data(), static_cast<std::size_t>(n));
  return text;
}

// What a program writes, kept in memory: nobody has to read it while it runs, and nothing is left on the
// disk.
class Captured {
 public:
  Captured() : descriptor_(memory_file()) {}
  ~Captured() { ::close(descriptor_); }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  int descriptor() const { return descriptor_; }
  std::string text() const { return text_of(descriptor_); }

 private:
  int descriptor_;
};

// The program's standard input, output and error; -1: as this one's, and no input.
struct Descriptors {
  int in, out, err;
};

pid_t start(std::vector<std::string> words, std::string_view remedy,
            const std::map<std::string, std::string>& environment, const Descriptors& descriptors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (descriptors.in < 0)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  else
    posix_spawn_file_actions_adddup2(&actions, descriptors.in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, descriptors.out, STDOUT_FILENO);
  if (descriptors.err >= 0) posix_spawn_file_actions_adddup2(&actions, descriptors.err, STDERR_FILENO);
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
  const int error = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw MachineError(fmt::format("cannot run {}: {}", words[0], std::strerror(error)), {}, remedy);
  return child;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

Finished run_program(std::vector<std::string> words, std::string_view remedy,
                     const std::map<std::string, std::string>& environment, Errors errors) {
  const Captured out, err;
  const auto start_time = std::chrono::steady_clock::now();
  const pid_t child = start(std::move(words), remedy, environment,
                            {-1, out.descriptor(), errors == Errors::captured ? err.descriptor() : -1});
  int status = 0;
  rusage used{};
  while (::wait4(child, &status, 0, &used) < 0 && errno == EINTR) {
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_time;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          WIFSIGNALED(status) ? WTERMSIG(status) : 0,
          out.text(),
          err.text(),
          elapsed.count(),
          seconds_of(used.ru_utime) + seconds_of(used.ru_stime)};
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

Companion::Companion(const std::vector<std::string>& words, std::string_view remedy,
                     const std::map<std::string, std::string>& environment) {
  // A socket, not pipes: a write to one that nobody reads any more is an error, and no signal that would end
  // this program.
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw MachineError(fmt::format("cannot talk to {}: {}", words[0], std::strerror(errno)));
  descriptor_ = ends[0];
  try {
    errors_ = memory_file();
    child_ = start(words, remedy, environment, {ends[1], ends[1], errors_});
  } catch (...) {
    for (const int descriptor : {ends[0], ends[1], errors_})
      if (descriptor >= 0) ::close(descriptor);
    throw;
  }
  ::close(ends[1]);
}

Companion::~Companion() {
  if (child_ != 0) {
    ::kill(child_, SIGKILL);
    end(false, 0);
  }
  ::close(descriptor_);
  ::close(errors_);
}

std::optional<std::string> Companion::ask(std::string_view line, double patience) {
  if (child_ == 0) return {};
  if (!line.empty()) {
    const std::string message = std::string(line) + '\n';
    // Messages are short: they fit into the socket, read or not. One that does not is no message.
    if (::send(descriptor_, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT) !=
        static_cast<ssize_t>(message.size())) {
      end(false, patience);
      return {};
    }
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(patience);
  std::size_t length;
  while ((length = unread_.find('\n')) == std::string::npos) {
    const std::chrono::duration<double, std::milli> left = until - std::chrono::steady_clock::now();
    pollfd wanted{descriptor_, POLLIN, 0};
    const int ready = ::poll(&wanted, 1, std::max(0, static_cast<int>(left.count())));
    if (ready < 0 && errno == EINTR) continue;
    std::array<char, 4096> block;
    const ssize_t n = ready > 0 ? ::read(descriptor_, block.data(), block.size()) : -1;
    if (n <= 0) {
      end(ready == 0, patience);
      return {};
    }
    unread_.append(block.data(), static_cast<std::size_t>(n));
  }
  std::string answer = unread_.substr(0, length);
  unread_.erase(0, length + 1);
  return answer;
}

// One that has closed its output without an end of its own is given a second for it.
void Companion::end(bool waited_in_vain, double patience) {
  int status = 0;
  for (int tries = 0; !waited_in_vain && tries < 100 && ::waitpid(child_, &status, WNOHANG) == 0; ++tries) {
    if (tries == 99) waited_in_vain = true;
    ::usleep(10'000);
  }
  if (waited_in_vain) {
    ::kill(child_, SIGKILL);
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  child_ = 0;
  const std::string said = last_line(text_of(errors_));
  why_ = waited_in_vain        ? fmt::format("it did not answer within {:.0f} s", patience)
         : WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
         : !said.empty()       ? said
                               : fmt::format("exit code {}", WEXITSTATUS(status));
}

}  // namespace twin
