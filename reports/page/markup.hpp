// The report's Markdown, with two blocks that Markdown does not know: what is folded away, and two columns.
#pragma once

#include <string>

namespace twin::reports {

/// A block that shows its summary (one line of Markdown) and opens on a click. Blocks may hold blocks.
std::string details(const std::string& summary, const std::string& markdown);

/// Two columns under their titles, on a narrow screen one below the other.
std::string columns(const std::string& left_title, const std::string& left_markdown,
                    const std::string& right_title, const std::string& right_markdown);

}  // namespace twin::reports
