#include "reports/page/diagram.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"

namespace twin::reports {
namespace diagrams {

// A telephone shows the picture at some 60 % of this width, with letters that can still be read.
constexpr double kWidthInches = 560.0 / 96;

// What Graphviz draws in these colours, on light ground and (in the same order) on dark.
constexpr const char *kInk = "#222222", *kLine = "#666666", *kNode = "#dbe9f4", *kLeaf = "#fbe3cf";
constexpr const char* kStyle =
    "<style>@media (prefers-color-scheme: dark) {\n"
    ".graph text, .node text { fill: #eeeeee }\n"
    ".edge path, .edge polygon, .node polygon, .node path, .node ellipse { stroke: #aaaaaa }\n"
    ".edge polygon { fill: #aaaaaa }\n"
    ".node [fill=\"#dbe9f4\"] { fill: #17344d }\n"
    ".node [fill=\"#fbe3cf\"] { fill: #4d2f14 }\n"
    "}</style>\n";

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text)
    result += c == '\n' ? "\\n" : c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return result + "\"";
}

std::string script_of(const std::string& title, const Diagram& diagram) {
  std::string script = fmt::format(
      "digraph {{\n  graph [label={}, labelloc=t, bgcolor=transparent, fontname=\"sans-serif\", fontsize=16, "
      "fontcolor=\"{}\", size={:.3g}, ranksep=0.3, nodesep=0.2]\n"
      "  node [shape=box, style=\"filled,rounded\", fontname=\"sans-serif\", fontsize=14, fontcolor=\"{}\", "
      "color=\"{}\", fillcolor=\"{}\"]\n  edge [color=\"{}\"]\n",
      quoted(title), kInk, kWidthInches, kInk, kLine, kNode, kLine);
  for (std::size_t i = 0; i < diagram.nodes.size(); ++i) {
    const Diagram::Node& node = diagram.nodes[i];
    script += fmt::format("  {} [label={}{}]\n", i, quoted(node.label),
                          node.leaf ? fmt::format(", style=filled, fillcolor=\"{}\"", kLeaf) : "");
    for (const std::size_t next : node.next) script += fmt::format("  {} -> {}\n", i, next);
  }
  return script + "}\n";
}

}  // namespace diagrams

std::string draw_diagram(const std::string& title, const Diagram& diagram) {
  using namespace diagrams;
  const TemporaryFolder folder;
  const std::filesystem::path script = write_file(folder / "diagram.dot", script_of(title, diagram)),
                              file = folder / "diagram.svg";
  const Finished finished =
      run_program({"dot", "-Tsvg", "-o", file.string(), script.string()}, "install graphviz");
  if (finished.code != 0)
    throw MachineError("Graphviz could not draw a picture", script.string(), finished.err);
  std::string svg = read_file(file);
  const std::size_t inside = svg.find("<g ");  // behind the tag of the picture itself
  if (inside == std::string::npos) throw MachineError("Graphviz drew nothing", file.string(), finished.err);
  return svg.insert(inside, kStyle);
}

}  // namespace twin::reports
