#include "reports/page/markup.hpp"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <random>
#include <vector>

namespace twin::reports {
namespace {

// What holds the parts of a block apart. Each process draws its own, so nothing that it reads can hold it;
// and each part is read by itself, so nothing in a part can end its block.
const std::string& separator() {
  static const std::string drawn = [] {
    std::random_device random;
    return fmt::format("\x02{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
  }();
  return drawn;
}

constexpr char kText = 't', kDetails = 'd', kColumns = 'c', kPart = '|', kEnd = '/';

std::string separator_line(char kind) { return fmt::format("\n\n{}{}\n\n", separator(), kind); }

std::string joined(char kind, const std::vector<std::string>& parts) {
  std::string text = separator_line(kind);
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i ? separator_line(kPart) : "") + parts[i];
  return text + separator_line(kEnd);
}

struct Block {
  char kind;
  std::string text = {};                       // of kText
  std::vector<std::vector<Block>> parts = {};  // of a block
};

// Everything up to the end of the part that begins at `at`, which moves behind it; `stop` is what ended it.
std::vector<Block> parse_part(std::string_view text, std::size_t& at, char& stop) {
  std::vector<Block> blocks;
  for (;;) {
    const std::size_t next = std::min(text.find(separator(), at), text.size());
    if (next > at) blocks.push_back({kText, std::string(text.substr(at, next - at))});
    at = std::min(next + separator().size() + 1, text.size());
    stop = next == text.size() ? kEnd : text[at - 1];
    if (stop == kPart || stop == kEnd) return blocks;
    Block inner{stop};
    do inner.parts.push_back(parse_part(text, at, stop));
    while (stop == kPart);
    blocks.push_back(std::move(inner));
  }
}

std::vector<Block> blocks_of(std::string_view text) {
  std::size_t at = 0;
  char stop = kEnd;
  return parse_part(text, at, stop);
}

std::string blocks_text(const std::vector<Block>& blocks) {
  std::string text;
  for (const Block& block : blocks) text += block.text;
  text.erase(0, text.find_first_not_of('\n'));
  return text.substr(0, text.find_last_not_of('\n') + 1);
}

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

std::string replaced(std::string text, std::string_view old, std::string_view now) {
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += now.size())
    text.replace(at, old.size(), now);
  return text;
}

// By cmark, which leaves out the HTML that it finds.
std::string cmark_html(const std::string& markdown) {
  cmark_gfm_core_extensions_ensure_registered();
  const std::unique_ptr<cmark_parser, Freed<cmark_parser_free>> parser(cmark_parser_new(CMARK_OPT_DEFAULT));
  cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension("table"));
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  const std::unique_ptr<cmark_node, Freed<cmark_node_free>> document(cmark_parser_finish(parser.get()));
  const std::unique_ptr<char, Freed<std::free>> html(
      cmark_render_html(document.get(), CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions(parser.get())));
  return html.get();
}

std::string blocks_html(const std::vector<Block>& blocks, const std::string& table) {
  std::string html;
  for (const Block& block : blocks) {
    const auto part = [&](std::size_t i) { return blocks_html(block.parts.at(i), table); };
    const auto line = [&](std::size_t i) { return line_html_of(blocks_text(block.parts.at(i))); };
    if (block.kind == kText)
      // Text cannot hold these tags: it is escaped.
      html += replaced(replaced(cmark_html(block.text), "<table>", table), "</table>", "</table></div>");
    else if (block.kind == kDetails)
      html += fmt::format("<details>\n<summary>{}</summary>\n{}</details>\n", line(0), part(1));
    else
      html += fmt::format(
          "<div class=\"columns\">\n<div>\n<p><strong>{}</strong></p>\n{}</div>\n"
          "<div>\n<p><strong>{}</strong></p>\n{}</div>\n</div>\n",
          line(0), part(1), line(2), part(3));
  }
  return html;
}

std::string blocks_markdown(const std::vector<Block>& blocks) {
  std::string markdown;
  for (const Block& block : blocks) {
    const auto part = [&](std::size_t i) { return blocks_markdown(block.parts.at(i)); };
    if (block.kind == kText)
      markdown += blocks_text({block}) + "\n\n";
    else if (block.kind == kDetails)  // nobody reads Markdown on the line of a tag
      markdown += fmt::format("<details>\n<summary>{}</summary>\n\n{}</details>\n\n",
                              line_html_of(blocks_text(block.parts.at(0))), part(1));
    else
      markdown += fmt::format("**{}**\n\n{}**{}**\n\n{}", blocks_text(block.parts.at(0)), part(1),
                              blocks_text(block.parts.at(2)), part(3));
  }
  return markdown;
}

}  // namespace

std::string details(const std::string& summary, const std::string& markdown) {
  return joined(kDetails, {summary, markdown});
}

std::string columns(const std::string& left_title, const std::string& left_markdown,
                    const std::string& right_title, const std::string& right_markdown) {
  return joined(kColumns, {left_title, left_markdown, right_title, right_markdown});
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text)
    result += c == '<'   ? "&lt;"
              : c == '>' ? "&gt;"
              : c == '&' ? "&amp;"
              : c == '"' ? "&quot;"
                         : std::string{c};
  return result;
}

std::string html_of(const std::string& markdown, std::string_view label) {
  // A table that is wider than the page scrolls inside itself, by the keyboard too.
  return blocks_html(
      blocks_of(markdown),
      fmt::format("<div class=\"wide\" role=\"region\" aria-label=\"{}\" tabindex=\"0\"><table>",
                  escaped(label)));
}

std::string line_html_of(const std::string& markdown) {
  constexpr std::string_view kOpen = "<p>", kClose = "</p>\n";
  const std::string html = cmark_html(markdown);
  const bool one = html.starts_with(kOpen) && html.find(kClose) == html.size() - kClose.size();
  return one ? html.substr(kOpen.size(), html.size() - kOpen.size() - kClose.size()) : escaped(markdown);
}

std::string plain_markdown_of(const std::string& markdown) { return blocks_markdown(blocks_of(markdown)); }

}  // namespace twin::reports
