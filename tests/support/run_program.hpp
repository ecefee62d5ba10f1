// Runs the program as a user does.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "shared/machine/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace twin {

/// Runs `twin arguments…` without a terminal, and keeps what it said.
Finished run_twin(const std::vector<std::string>& arguments);

/// Runs it with --json behind the arguments, and returns what it wrote there; fails the test unless it exits
/// with `code`.
nlohmann::json json_of(std::vector<std::string> arguments, int code = 0);

}  // namespace twin
