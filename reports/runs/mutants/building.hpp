// Builds programs of the main build anew with a mutant's files in place of the right ones.
//
// Of the main build all is taken as it is (objects, archives, how it compiles and links) but for the units
// that include a file that the mutant changes. Their objects stand in front of the archives that hold the
// right ones, and the linker takes the first that it meets.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/runs/mutants/mutant_files.hpp"
#include "shared/machine/process.hpp"

namespace twin::reports {

/// A program of the main build.
struct Target {
  std::string name;        // "twin_tests"
  bool variants = false;   // it needs manual/variants, which are made for benchmarks
  std::string flags = {};  // for the units that are compiled anew
};

/// What is known of the main build. Only read once it is made.
class MainBuild {
 public:
  /// Builds the targets, where they are behind the sources. Throws MachineError when they do not build, or
  /// when it was not Ninja that built the rest.
  explicit MainBuild(std::vector<Target> targets);

  struct Unit {
    std::string object;  // by its path from the build folder
    std::string source;
    std::string command;  // as a shell reads it; of two -o the last counts
  };
  /// The units of `target` that include one of the files, by their paths from the root, or are one of them.
  std::vector<Unit> units_of(const Target& target, const FileContents& files) const;
  /// The command that links the target, from the build folder.
  const std::string& link_command(const Target& target) const { return links_.at(target.name); }

 private:
  void read_compile_commands();
  void read_dependencies();
  void read_link_command(const Target& target);

  std::map<std::string, Unit> units_;                          // by their objects
  std::map<std::string, std::vector<std::string>> includers_;  // objects, by the path of what they include
  std::map<std::string, std::string> links_;
};

/// A scratch folder in which one set of files after the other takes the place of the right ones.
class Workshop {
 public:
  /// `build` outlives it.
  Workshop(std::filesystem::path folder, const MainBuild& build)
      : folder_(std::move(folder)), build_(build) {}

  /// From now on. None: the right code.
  void change(const FileContents& files);

  struct Program {
    std::filesystem::path path;
    bool changed = false;  // it holds one of the files
    std::string error;     // the compiler's or the linker's first; empty when it was built
  };
  Program build(const Target& target) const;

 private:
  std::filesystem::path changed_source(const MainBuild::Unit& unit,
                                       const std::filesystem::path& object) const;

  std::filesystem::path folder_;
  const MainBuild& build_;
  FileContents files_;
};

/// "signal 11", "exit code 1", "time limit".
std::string end_of(const Finished& program);

}  // namespace twin::reports
