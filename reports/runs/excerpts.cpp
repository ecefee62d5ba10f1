#include "reports/runs/excerpts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "reports/runs/sources.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"

namespace twin::reports {
namespace excerpts {

std::size_t indentation(const std::string& line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

}  // namespace excerpts

std::string excerpt(const std::filesystem::path& root, const std::string& path, std::string_view beginning) {
  const std::vector<std::string> lines = lines_of(read_file(root / path));
  auto line = std::find_if(lines.begin(), lines.end(), [&](const std::string& candidate) {
    return std::string_view(candidate).substr(excerpts::indentation(candidate)).starts_with(beginning);
  });
  if (line == lines.end())
    throw DataError(fmt::format("no line begins with \"{}\"", beginning), path,
                    "take the file as it came with the sources");
  const std::size_t margin = excerpts::indentation(*line);
  const auto without_margin = [&](const std::string& text) {
    return text.size() > margin ? text.substr(margin) + "\n" : std::string("\n");
  };
  std::string piece = without_margin(*line);
  for (++line; line != lines.end(); ++line) {
    const bool further = line->empty() || excerpts::indentation(*line) > margin;
    const bool closes = !further && line->substr(margin).starts_with("}");
    if (further || closes) piece += without_margin(*line);
    if (!further) break;
  }
  while (piece.ends_with("\n\n")) piece.pop_back();
  return piece;
}

}  // namespace twin::reports
