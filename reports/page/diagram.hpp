// Graphs of nodes and arrows, drawn by Graphviz as SVG.
#pragma once

#include <string>
#include <vector>

namespace twin::reports {

struct Diagram {
  struct Node {
    std::string label;  // "\n" begins a new line
    bool leaf = false;  // drawn apart: where the arrows end
    std::vector<std::size_t> next;
  };
  std::vector<Node> nodes;
};

/// Readable on light and on dark ground: the picture asks for the reader's choice. Throws MachineError when
/// Graphviz is missing or refuses.
std::string draw_diagram(const std::string& title, const Diagram& diagram);

}  // namespace twin::reports
