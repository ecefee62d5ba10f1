// Runs the program as a user does, and keeps what it said.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace twin {

struct Said {
  int code = -1;  // the exit code; -1 when a signal ended it
  std::string out, err;
};

/// Runs `twin arguments…` without a terminal.
Said run_twin(const std::vector<std::string>& arguments);

/// Runs it with --json behind the arguments, and returns what it wrote there; fails the test unless it exits
/// with `code`.
nlohmann::json json_of(std::vector<std::string> arguments, int code = 0);

}  // namespace twin
