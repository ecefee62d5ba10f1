#include "reports/runs/build_costs.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <regex>
#include <set>

#include "reports/questions/question.hpp"
#include "reports/runs/line_counts.hpp"
#include "reports/runs/sources.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

// On the clock, compiling takes as long as this at most: in a quick run it is cut off, otherwise no round is
// begun that would go beyond it (the first always is).
constexpr double kQuickSeconds = 45, kSeconds = 60;
constexpr int kRounds = 3;
constexpr int kQuickRuns = 7, kRuns = 21;
constexpr int kTimeoutCode = 124;  // of timeout(1)

std::string first_line(const std::string& text) {
  const std::vector<std::string> lines = lines_of(text);
  const auto error = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("error") != std::string::npos || line.find("not found") != std::string::npos;
  });
  return error != lines.end() ? *error : lines.empty() ? "no reason given" : lines.front();
}

fs::path program_of(const fs::path& build, const char* side) {
  return build / "bin" / fmt::format("startup_{}", side);
}

class Compiling {
 public:
  Compiling(const fs::path& build, std::vector<std::string> units) : units_(std::move(units)) {
    for (const std::string& unit : units_) {
      if (std::optional<CompileCommand> command = compile_command(build, unit)) {
        commands_.push_back(std::move(*command));
        continue;
      }
      missing_ =
          not_measured(translatable("compile_commands.json in the build folder does not know {}"), unit);
    }
  }

  /// Returns how long it took on the clock: `most` at most, where that is given.
  double compile(std::optional<double> most) {
    double clock = 0, processor = 0;
    for (std::size_t i = 0; i < units_.size() && !missing_; ++i) {
      const Finished said = compile(i, most ? std::optional(*most - clock) : std::nullopt);
      clock += said.seconds;
      processor += said.processor_seconds;
    }
    if (!missing_) seconds_.push_back(processor);
    return clock;
  }

  Json json() const { return missing_ ? *missing_ : Json{{"units", units_}, {"seconds", seconds_}}; }

 private:
  Finished compile(std::size_t i, std::optional<double> most) {
    const TemporaryFolder thrown_away;
    std::vector<std::string> words;
    if (most) words = {"timeout", fmt::format("{:.3f}", std::max(*most, 0.001))};
    // A compiler cache would answer in the compiler's place.
    words.insert(words.end(),
                 {"env", "-C", commands_[i].folder, "CCACHE_DISABLE=1", "sh", "-c",
                  fmt::format("{} -o '{}'", commands_[i].command, (thrown_away / "unit.o").string())});
    Finished said = run_program(std::move(words));
    if (said.code == kTimeoutCode) {
      missing_ = not_measured(
          translatable(
              "the compiler did not finish in the {:.0Lf} s of a quick run; a full run waits for it"),
          kQuickSeconds);
    } else if (said.code != 0) {
      missing_ = not_measured(translatable("{} does not compile here: {}"), units_[i], first_line(said.err));
    }
    return said;
  }

  std::vector<std::string> units_;
  std::vector<CompileCommand> commands_;
  std::optional<Json> missing_;
  std::vector<double> seconds_;
};

Json not_built(const fs::path& program) {
  const std::string name = program.filename().string();
  return not_measured(translatable("{} is not in the build folder; build the program again"), name);
}

Json size_of(const fs::path& program) {
  if (!fs::exists(program)) return not_built(program);
  try {
    Json libraries = Json::array();
    for (const Library& library : libraries_of(program))
      libraries.push_back({{"name", library.name}, {"bytes", library.bytes}});
    return {{"executable", fs::file_size(program)}, {"libraries", std::move(libraries)}};
  } catch (const MachineError&) {
    return not_measured(translatable("ldd cannot read {}"), program.filename().string());
  }
}

class Starting {
 public:
  explicit Starting(fs::path program) : program_(std::move(program)) {
    if (!fs::exists(program_)) missing_ = not_built(program_);
  }

  /// The first run counts for nothing: it brings the program's files into memory.
  void run(bool first) {
    if (missing_) return;
    const Finished said = run_program({program_.string()});
    const Json result = Json::parse(said.out, nullptr, false);
    if (said.code != 0 || !result.is_object()) {
      missing_ =
          not_measured(translatable("{} fails: {}"), program_.filename().string(), first_line(said.err));
    } else if (!first) {
      seconds_.push_back(said.seconds);
      peaks_.push_back(result.at("peak_bytes"));
      loss_ = result.at("loss");
    }
  }

  Json json() const {
    return missing_ ? *missing_ : Json{{"seconds", seconds_}, {"peak_bytes", peaks_}, {"loss", loss_}};
  }

 private:
  fs::path program_;
  std::optional<Json> missing_;
  std::vector<double> seconds_;
  std::vector<std::int64_t> peaks_;
  double loss_ = 0;
};

}  // namespace

std::vector<Library> libraries_of(const fs::path& program) {
  const Finished said = run_program({"ldd", program.string()});
  if (said.code != 0)
    throw MachineError(fmt::format("ldd cannot read it: {}", first_line(said.err + said.out)),
                       program.filename().string());
  // "libz.so.1 => /lib/libz.so.1 (0x…)", "/lib64/ld-linux-x86-64.so.2 (0x…)"; the kernel's own has no file.
  static const std::regex path("(?:=>\\s*|^\\s*)(/.*) \\(0x[0-9a-f]+\\)$");
  std::set<fs::path> files;  // two names may lead to the same
  for (const std::string& line : lines_of(said.out)) {
    std::smatch match;
    if (std::regex_search(line, match, path)) files.insert(fs::canonical(match[1].str()));
  }
  std::vector<Library> libraries;
  for (const fs::path& file : files)
    libraries.push_back({file.filename().string(), static_cast<std::int64_t>(fs::file_size(file))});
  std::sort(libraries.begin(), libraries.end(), [](const Library& a, const Library& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.name < b.name;
  });
  return libraries;
}

std::optional<CompileCommand> compile_command(const fs::path& build, const std::string& unit) {
  if (!fs::exists(build / "compile_commands.json")) return {};
  const Json commands = Json::parse(read_file(build / "compile_commands.json"), nullptr, false);
  if (!commands.is_array()) return {};
  for (const Json& entry : commands)
    if (entry.value("file", "").ends_with("/" + unit))
      return CompileCommand{entry.value("directory", build.string()), entry.value("command", "")};
  return {};
}

Units units_of(const fs::path& root, const std::string& network) {
  Units units;
  const Json counts = count_lines(root);
  for (const Json& row : counts.at("networks")) {
    if (row.at("network") != network) continue;
    for (const char* side : kSides)
      for (const Json& parts : {row.at("parts"), row.at(side).at("shared_parts")})
        for (const Json& part : parts) {
          std::string unit = fmt::format("{}/{}.cpp", side, part.get<std::string>());
          if (fs::exists(root / unit)) units[side].push_back(std::move(unit));
        }
  }
  return units;
}

Json measure_build_costs(const fs::path& build, const Units& units, bool quick,
                         const std::function<void(std::int64_t, std::int64_t)>& on_progress) {
  const int runs = quick ? kQuickRuns : kRuns, rounds = quick ? 1 : kRounds;
  std::int64_t done = 0;
  const std::int64_t total = rounds + runs;
  std::vector<Compiling> compiling;
  std::vector<Starting> starting;
  for (const char* side : kSides) {
    compiling.emplace_back(build, units.at(side));
    starting.emplace_back(program_of(build, side));
  }

  double spent = 0;
  for (int round = 0; round < rounds; ++round, on_progress(++done, total)) {
    if (round > 0 && spent + spent / round > kSeconds) continue;
    for (Compiling& side : compiling)
      spent += side.compile(quick ? std::optional(kQuickSeconds - spent) : std::nullopt);
  }
  for (Starting& program : starting) program.run(true);
  for (int run = 0; run < runs; ++run, on_progress(++done, total))
    for (Starting& program : starting) program.run(false);

  Json sides;
  for (std::size_t i = 0; i < std::size(kSides); ++i)
    sides[kSides[i]] = {{"compile", compiling[i].json()},
                        {"size", size_of(program_of(build, kSides[i]))},
                        {"startup", starting[i].json()}};
  return sides;
}

fs::path build_folder() { return TWINGRAD_BUILD_DIR; }

}  // namespace twin::reports
