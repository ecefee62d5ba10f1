// The sources of the twins as material: their lines, and the functions they are made of.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace twin::reports {

/// Every line of a file is one of the three. A line that holds code and a comment is code.
struct LineCounts {
  int code = 0, comment = 0, blank = 0;
  LineCounts& operator+=(const LineCounts& other);
};

struct Source {
  std::string path;  // from the root: "manual/layers/dense.hpp"
  LineCounts lines;
  std::string code;  // its lines of code alone, but for "#pragma once"
};

/// What the compiler's own lexer (g++ -fpreprocessed) leaves of a file is its code. Throws DataError when the
/// file cannot be read, MachineError when there is no g++.
Source read_source(const std::filesystem::path& root, const std::string& path);

/// The headers and sources below root/part, by path, but for those in a folder `variants`: they are made for
/// benchmarks, and no twin needs them. Throws MachineError when there is none.
std::vector<Source> read_sources(const std::filesystem::path& root, const std::string& part);

bool is_blank(std::string_view text);

std::vector<std::string> lines_of(const std::string& text);

struct Function {
  std::string path;  // of its source
  std::string name;
  int lines;  // of code, from the one that names it to the end of its body
};

/// The functions that the sources define (universal-ctags), by path and place. What is defined inside another
/// function is part of that one. Throws MachineError when there is no universal-ctags.
std::vector<Function> functions_of(const std::vector<Source>& sources);

}  // namespace twin::reports
