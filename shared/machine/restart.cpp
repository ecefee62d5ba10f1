#include "shared/machine/restart.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>
#include <vector>

#include "shared/errors.hpp"

namespace twin {

void start_anew_with(const std::map<std::string, std::string>& variables) {
  const bool all = std::all_of(variables.begin(), variables.end(), [](const auto& variable) {
    const char* now = std::getenv(variable.first.c_str());
    return now && now == variable.second;
  });
  if (all) return;
  for (const auto& [variable, value] : variables) ::setenv(variable.c_str(), value.c_str(), 1);
  std::ifstream file("/proc/self/cmdline");
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv("/proc/self/exe", arguments.data());
  throw MachineError(fmt::format("cannot start anew: {}", std::strerror(errno)), "/proc/self/exe");
}

}  // namespace twin
