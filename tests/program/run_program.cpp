#include "tests/support/run_program.hpp"

#include <gtest/gtest.h>

namespace twin {

Finished run_twin(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{TWIN_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_program(std::move(words));
}

nlohmann::json json_of(std::vector<std::string> arguments, int code) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "result.json";
  arguments.insert(arguments.end(), {"--json", path.string()});
  const Finished said = run_twin(arguments);
  EXPECT_EQ(said.code, code) << said.err;
  return std::filesystem::exists(path) ? nlohmann::json::parse(read_file(path)) : nlohmann::json();
}

}  // namespace twin
