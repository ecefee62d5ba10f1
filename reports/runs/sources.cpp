#include "reports/runs/sources.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <sstream>

#include "reports/json.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

// The compiler obeys it, so it is not in what the compiler leaves of a file.
constexpr std::string_view kPragmaOnce = "#pragma once";

bool is_blank_line(const std::string& line) { return line.find_first_not_of(" \t\r") == std::string::npos; }
bool is_pragma_once(const std::string& line) { return line.starts_with(kPragmaOnce); }

}  // namespace

LineCounts& LineCounts::operator+=(const LineCounts& other) {
  code += other.code;
  comment += other.comment;
  blank += other.blank;
  return *this;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  return lines;
}

Source read_source(const fs::path& root, const std::string& path) {
  Source source{path, {}, {}};
  const std::vector<std::string> lines = lines_of(read_file(root / path));
  const Finished said = run_program({"g++", "-fpreprocessed", "-dD", "-E", "-P", (root / path).string()});
  if (said.code != 0) throw DataError("g++ cannot read it", (root / path).string(), said.err);
  for (const std::string& line : lines_of(said.out)) {
    if (is_blank_line(line) || is_pragma_once(line)) continue;
    source.code += line + '\n';
    ++source.lines.code;
  }
  source.lines.code += static_cast<int>(std::count_if(lines.begin(), lines.end(), is_pragma_once));
  source.lines.blank = static_cast<int>(std::count_if(lines.begin(), lines.end(), is_blank_line));
  source.lines.comment = static_cast<int>(lines.size()) - source.lines.code - source.lines.blank;
  return source;
}

std::vector<Source> read_sources(const fs::path& root, const std::string& part) {
  std::vector<std::string> paths;
  if (fs::is_directory(root / part))
    for (const auto& entry : fs::recursive_directory_iterator(root / part))
      if ((entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp") &&
          entry.path().parent_path().filename() != "variants")
        paths.push_back(entry.path().lexically_relative(root).generic_string());
  if (paths.empty())
    throw MachineError("the source tree is gone", (root / part).string(),
                       "build the program anew where it is to stay");
  std::sort(paths.begin(), paths.end());
  std::vector<Source> sources;
  for (const std::string& path : paths) sources.push_back(read_source(root, path));
  return sources;
}

std::vector<Function> functions_of(const std::vector<Source>& sources) {
  const TemporaryFolder folder;
  std::vector<std::string> words{"ctags",
                                 "--options=NONE",
                                 "--quiet",
                                 "--output-format=json",
                                 "--fields={name}{input}{line}{end}",
                                 "--language-force=C++",
                                 "--kinds-C++=f",
                                 "-f",
                                 "-"};
  for (const Source& source : sources) {
    fs::create_directories((folder / source.path).parent_path());
    words.push_back(write_file(folder / source.path, source.code).string());
  }
  const Finished said = run_program(std::move(words), "install universal-ctags");
  if (said.code != 0) throw MachineError("this ctags does not write JSON", {}, "install universal-ctags");

  std::vector<Function> functions;
  for (const Source& source : sources) {
    std::map<int, std::pair<int, std::string>> found;  // by first line: last line and name
    for (const std::string& line : lines_of(said.out)) {
      const Json tag = Json::parse(line);
      if (fs::path(tag.at("path").get<std::string>()) != folder / source.path) continue;
      const int first = tag.at("line"), last = tag.value("end", first);
      const auto [at, is_new] = found.try_emplace(first, last, tag.at("name"));
      if (!is_new && last > at->second.first) at->second = {last, tag.at("name")};
    }
    int end = 0;
    for (const auto& [first, function] : found) {
      const auto& [last, name] = function;
      if (last <= end) continue;  // inside the one before
      functions.push_back({source.path, name, last - std::max(first, end + 1) + 1});
      end = last;
    }
  }
  return functions;
}

}  // namespace twin::reports
