#include "reports/runs/mutants/building.hpp"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <set>
#include <sstream>

#include "reports/json.hpp"
#include "reports/runs/build_costs.hpp"
#include "reports/runs/line_counts.hpp"
#include "reports/runs/sources.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = source_tree(), kBuild = build_folder();

// The generator's own program, as cmake calls it.
Finished run_ninja(const std::vector<std::string>& words) {
  std::vector<std::string> all{TWINGRAD_CMAKE, "--build", kBuild.string(), "--"};
  all.insert(all.end(), words.begin(), words.end());
  return run_program(std::move(all));
}

Finished run_in_build(const std::string& command) {
  return run_program({"env", "-C", kBuild.string(), "sh", "-c", command});
}

std::string between(const std::string& text, std::string_view before, std::string_view after) {
  const std::size_t at = text.find(before);
  if (at == text.npos) return {};
  const std::size_t begin = at + before.size();
  return text.substr(begin, text.find(after, begin) - begin);
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += with.size())
    text.replace(at, what.size(), with);
}

std::string first_error(const Finished& build) {
  for (const std::string& line : lines_of(build.out + build.err))
    for (const char* sign : {"rror: ", "undefined reference", "multiple definition"})
      if (const std::size_t at = line.find(sign); at != line.npos)
        return *sign == 'r' ? line.substr(at + 6) : line.substr(at);
  return "no reason given";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

// Whether the link command names the object, or the archive of the part that it belongs to.
bool is_linked(const std::string& object, const std::string& link) {
  return contains(link, " " + object + " ") ||
         contains(link, between(object, "CMakeFiles/", ".dir/") + ".a ");
}

}  // namespace

MainBuild::MainBuild(std::vector<Target> targets) {
  if (!fs::exists(kBuild / "build.ninja"))
    throw MachineError("the study of mistakes needs a build by Ninja", kBuild.string(),
                       "configure it with cmake --preset release");
  std::vector<std::string> words{TWINGRAD_CMAKE, "--build", kBuild.string(), "--target"};
  for (const Target& target : targets) words.push_back(target.name);
  if (const Finished built = run_program(words); built.code != 0)
    throw MachineError(fmt::format("the right code does not build: {}", first_error(built)), kBuild.string(),
                       "build the program again");
  read_compile_commands();
  read_dependencies();
  for (const Target& target : targets) read_link_command(target);
}

void MainBuild::read_compile_commands() {
  for (const Json& entry : Json::parse(read_file(kBuild / "compile_commands.json"))) {
    const std::string command = entry.at("command");
    const std::string object = between(command, " -o ", " -c ");
    units_[object] = {object, entry.at("file"), command};
  }
}

// "CMakeFiles/manual.dir/manual/layers/lstm.cpp.o: #deps 512, deps mtime 17… (VALID)", and the files below
// it, indented. Headers of the house are met through the links to its parts.
void MainBuild::read_dependencies() {
  std::string object;
  for (const std::string& line : lines_of(run_ninja({"-t", "deps"}).out)) {
    if (!line.starts_with(' ')) {
      object = line.substr(0, line.find(": "));
      continue;
    }
    std::string path = line.substr(line.find_first_not_of(' '));
    const std::string links = (kBuild / "include/").string(), root = kSource.string() + "/";
    if (path.starts_with(links))
      path = path.substr(path.find('/', links.size()) + 1);
    else if (path.starts_with(root) && !path.starts_with(kBuild.string() + "/"))
      path = path.substr(root.size());
    else
      continue;
    includers_[path].push_back(object);
  }
}

// ": && c++ … -o bin/twin_tests … && what is done after the linking"
void MainBuild::read_link_command(const Target& target) {
  const std::string command =
      between(run_ninja({"-t", "commands", "-s", "bin/" + target.name}).out, ": && ", " && ");
  if (!contains(command, " -o bin/" + target.name + " "))
    throw MachineError(fmt::format("the build does not say how it links {}", target.name), kBuild.string());
  links_[target.name] = command + " ";
}

std::vector<MainBuild::Unit> MainBuild::units_of(const Target& target, const FileContents& files) const {
  std::set<std::string> objects;
  for (const auto& [file, text] : files)
    if (const auto found = includers_.find(file); found != includers_.end())
      for (const std::string& object : found->second)
        if (is_linked(object, link_command(target)) && (target.variants || !contains(object, "/variants/")))
          objects.insert(object);
  std::vector<Unit> units;
  for (const std::string& object : objects) units.push_back(units_.at(object));
  return units;
}

void Workshop::change(const FileContents& files) {
  fs::remove_all(folder_);
  fs::create_directories(folder_ / "objects");
  for (const auto& [name, text] : files) {
    fs::create_directories((folder_ / "sources" / name).parent_path());
    write_file(folder_ / "sources" / name, text);
  }
  files_ = files;
}

// A unit is a source of ours, or a file of CMake's that includes several of them by their whole paths.
fs::path Workshop::changed_source(const MainBuild::Unit& unit, const fs::path& object) const {
  std::string text = fmt::format("#include \"{}\"\n", unit.source);
  if (unit.source.ends_with(".cxx")) text = read_file(unit.source);
  for (const auto& [file, contents] : files_)
    replace_all(text, (kSource / file).string(), (folder_ / "sources" / file).string());
  fs::path source = object;
  source.replace_extension(".cxx");
  write_file(source, text);
  return source;
}

Workshop::Program Workshop::build(const Target& target) const {
  Program program{folder_ / target.name, false, {}};
  std::string link = build_.link_command(target), in_front;
  for (const MainBuild::Unit& unit : build_.units_of(target, files_)) {
    program.changed = true;
    const fs::path object = folder_ / "objects" / fmt::format("{}-{}.o", target.name, in_front.size());
    std::string command = unit.command;
    replace_all(command, unit.source, changed_source(unit, object).string());
    // Quoted includes are sought there before all else. Where the flags differ a precompiled header does not
    // fit, and is read as text.
    command += fmt::format(" -iquote '{}' -Wno-invalid-pch {} -o '{}'", (folder_ / "sources").string(),
                           target.flags, object.string());
    if (const Finished compiled = run_in_build(command); compiled.code != 0)
      return {{}, true, first_error(compiled)};
    if (contains(link, " " + unit.object + " ")) replace_all(link, " " + unit.object + " ", " ");
    in_front += fmt::format(" '{}'", object.string());
  }
  const std::string output = " -o bin/" + target.name + " ";
  replace_all(link, output, fmt::format("{} -o '{}' ", in_front, program.path.string()));
  if (const Finished linked = run_in_build(link); linked.code != 0) program.error = first_error(linked);
  return program;
}

std::string end_of(const Finished& program) {
  if (program.signal == SIGXCPU || program.signal == SIGALRM) return "time limit";
  if (program.signal != 0) return fmt::format("signal {}", program.signal);
  return fmt::format("exit code {}", program.code);
}

}  // namespace twin::reports
