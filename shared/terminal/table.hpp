// A table for the terminal or for Markdown.
#pragma once

#include <string>
#include <vector>

#include "shared/terminal/style.hpp"

namespace twin {

struct Cell {
  std::string text;
  Colour colour = Colour::plain;

  Cell(std::string t, Colour c = Colour::plain) : text(std::move(t)), colour(c) {}
  Cell(const char* t) : text(t) {}
};

class Table {
 public:
  /// A header that begins with '>' makes its column flush right.
  explicit Table(std::vector<std::string> headers);
  /// Precondition: as many cells as headers.
  void add(std::vector<Cell> row);

  bool empty() const { return rows_.empty(); }
  std::string terminal() const;
  std::string markdown() const;

 private:
  std::vector<std::string> headers_;
  std::vector<bool> right_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace twin
