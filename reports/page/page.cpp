#include "reports/page/page.hpp"

#include <cctype>
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>

#include "shared/errors.hpp"

namespace twin::reports {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --faint: #666; --line: #ddd; --accent: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #161616; --faint: #a0a0a0; --line: #3a3a3a; --accent: #6cb8ea; }
  img { filter: invert(0.91) hue-rotate(180deg); }
}
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 46rem; font: 1.05rem/1.6 system-ui, sans-serif;
       color: var(--ink); background: var(--paper); overflow-wrap: break-word; }
h1, h2 { line-height: 1.25; }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1.5rem; }
a { color: var(--accent); }
code { font: 0.9em ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.6rem 0.8rem; border: 1px solid var(--line); border-radius: 4px; }
img { display: block; width: 100%; height: auto; margin: 1rem 0; }
table { display: block; overflow-x: auto; border-collapse: collapse; font-size: 0.85rem; }
th, td { padding: 0.25rem 0.7rem; border-bottom: 1px solid var(--line); }
td { white-space: nowrap; }
blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--faint); }
@media print { body { max-width: none; font-size: 10pt; } h2 { break-after: avoid; } img, table { break-inside: avoid; } }
)";

std::string data_uri(const std::string& svg) {
  std::string uri = "data:image/svg+xml,";
  for (const char c : svg) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '.' || c == '_')
      uri += c;
    else
      uri += fmt::format("%{:02X}", byte);
  }
  return uri;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text)
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string{c};
  return result;
}

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

std::string html_of(const std::string& markdown, const Pictures& pictures) {
  cmark_gfm_core_extensions_ensure_registered();
  const std::unique_ptr<cmark_parser, Freed<cmark_parser_free>> parser(cmark_parser_new(CMARK_OPT_DEFAULT));
  cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension("table"));
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  const std::unique_ptr<cmark_node, Freed<cmark_node_free>> document(cmark_parser_finish(parser.get()));

  const std::unique_ptr<cmark_iter, Freed<cmark_iter_free>> nodes(cmark_iter_new(document.get()));
  while (cmark_iter_next(nodes.get()) != CMARK_EVENT_DONE) {
    cmark_node* node = cmark_iter_get_node(nodes.get());
    if (cmark_node_get_type(node) != CMARK_NODE_IMAGE) continue;
    const std::string url = cmark_node_get_url(node);
    if (url.starts_with("data:")) continue;  // met a second time, on the way out of the node
    const auto picture = pictures.find(url);
    if (picture == pictures.end())
      throw MachineError(fmt::format("the report names a picture {} it has not", url));
    cmark_node_set_url(node, data_uri(picture->second).c_str());
  }
  // "Unsafe" lets the pictures' data: addresses through; all of the text is ours.
  const std::unique_ptr<char, Freed<std::free>> html(
      cmark_render_html(document.get(), CMARK_OPT_UNSAFE, cmark_parser_get_syntax_extensions(parser.get())));
  return html.get();
}

}  // namespace

std::string html_page(const std::string& title, const std::string& language, const std::string& markdown,
                      const Pictures& pictures) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
      "<style>{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      language, escaped(title), kStyle, html_of(markdown, pictures));
}

}  // namespace twin::reports
