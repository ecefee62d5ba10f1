// The report's Markdown, with two blocks that Markdown does not know: what is folded away, and two columns.
#pragma once

#include <string>
#include <string_view>

namespace twin::reports {

/// A block that shows its summary (one line of Markdown) and opens on a click. Blocks may hold blocks.
std::string details(const std::string& summary, const std::string& markdown);

/// Two columns under their titles, on a narrow screen one below the other.
std::string columns(const std::string& left_title, const std::string& left_markdown,
                    const std::string& right_title, const std::string& right_markdown);

/// Text for HTML, between tags and in attributes.
std::string escaped(std::string_view text);

/// HTML of Markdown with such blocks. HTML in it is shown as text or left out. Its tables scroll inside
/// themselves; `label` names them to who cannot see them.
std::string html_of(const std::string& markdown, std::string_view label = {});

/// HTML of one line, without a paragraph around it.
std::string line_html_of(const std::string& markdown);

/// The same as Markdown that GitHub shows: <details>, and columns one after the other.
std::string plain_markdown_of(const std::string& markdown);

}  // namespace twin::reports
