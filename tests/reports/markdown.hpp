// What an answer of the report says in numbers. Its sentences may be rewritten; these are what it proves.
#pragma once

#include <cctype>
#include <sstream>
#include <string>
#include <vector>

namespace twin::reports {

using Row = std::vector<std::string>;

/// The cells of every row of every table, headings included, lines below them not.
inline std::vector<Row> rows_of(const std::string& markdown) {
  std::vector<Row> rows;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| ") || line.starts_with("| -")) continue;
    Row row;
    for (std::size_t begin = 2, end = 0; (end = line.find('|', begin)) != std::string::npos; begin = end + 2)
      row.push_back(line.substr(begin, end - begin - 1));
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The rows that begin with this cell.
inline std::vector<Row> rows_named(const std::string& markdown, const std::string& name) {
  std::vector<Row> rows = rows_of(markdown);
  std::erase_if(rows, [&](const Row& row) { return row.front() != name; });
  return rows;
}

/// The text without its tables.
inline std::string prose_of(const std::string& markdown) {
  std::string prose;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("|")) prose += line + "\n";
  return prose;
}

/// The numbers outside of the tables, in their order. Digits that belong to a name ("float32", "2-4-1") are
/// none. A comma between two digits is Indonesian's decimal mark.
inline std::vector<double> numbers_of(const std::string& markdown) {
  std::string prose = prose_of(markdown);
  for (std::size_t i = 1; i + 1 < prose.size(); ++i)
    if (prose[i] == ',' && std::isdigit(static_cast<unsigned char>(prose[i - 1])) &&
        std::isdigit(static_cast<unsigned char>(prose[i + 1])))
      prose[i] = '.';
  const auto of_a_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  };
  std::vector<double> numbers;
  for (std::size_t i = 0; i < prose.size();) {
    if (!std::isdigit(static_cast<unsigned char>(prose[i])) || (i > 0 && of_a_name(prose[i - 1]))) {
      ++i;
      continue;
    }
    std::size_t read = 0;
    const double number = std::stod(prose.substr(i, 40), &read);
    i += read;
    if (i == prose.size() || !of_a_name(prose[i])) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace twin::reports
