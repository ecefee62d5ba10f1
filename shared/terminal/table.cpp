#include "shared/terminal/table.hpp"

#include <algorithm>

namespace twin {
namespace {

std::string padded(const std::string& text, std::size_t width, bool right, Colour colour) {
  const std::string space(width - std::min(width, display_width(text)), ' ');
  return right ? space + coloured(text, colour) : coloured(text, colour) + space;
}

}  // namespace

Table::Table(std::vector<std::string> headers) : headers_(std::move(headers)) {
  for (std::string& header : headers_) {
    right_.push_back(header.starts_with('>'));
    if (right_.back()) header.erase(0, 1);
  }
}

void Table::add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

std::string Table::terminal() const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < headers_.size(); ++c) {
    widths.push_back(display_width(headers_[c]));
    for (const auto& row : rows_) widths[c] = std::max(widths[c], display_width(row[c].text));
  }
  std::string text;
  const auto line = [&](const auto& cell) {
    std::string row;
    for (std::size_t c = 0; c < headers_.size(); ++c) row += (c ? "  " : "") + cell(c);
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + '\n';
  };
  line([&](std::size_t c) { return padded(headers_[c], widths[c], right_[c], Colour::strong); });
  for (const auto& row : rows_)
    line([&](std::size_t c) { return padded(row[c].text, widths[c], right_[c], row[c].colour); });
  return text;
}

std::string Table::markdown() const {
  std::string text = "|";
  for (const std::string& header : headers_) text += " " + header + " |";
  text += "\n|";
  for (const bool right : right_) text += right ? " ---: |" : " --- |";
  text += '\n';
  for (const auto& row : rows_) {
    text += "|";
    for (const Cell& cell : row) text += " " + cell.text + " |";
    text += '\n';
  }
  return text;
}

}  // namespace twin
