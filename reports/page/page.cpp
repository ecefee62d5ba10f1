#include "reports/page/page.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "reports/page/markup.hpp"

namespace twin::reports {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --faint: #5f5f5f; --line: #d8d8d8; --accent: #0064a0; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #161616; --faint: #a8a8a8; --line: #3a3a3a; --accent: #6cb8ea; }
  img { filter: invert(0.91) hue-rotate(180deg); }
}
body { margin: 0 auto; padding: 1rem 1rem 4rem; max-width: 46rem; font: 1.05rem/1.6 system-ui, sans-serif;
       color: var(--ink); background: var(--paper); overflow-wrap: break-word; }
input + label { margin-right: 1rem; }
h1, h2 { line-height: 1.25; }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1.5rem; }
nav ol { list-style: none; padding: 0; columns: 20rem; }
nav li { break-inside: avoid; margin: 0.2rem 0; }
a { color: var(--accent); }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
pre, .wide { overflow-x: auto; }
/* A shadow says that a table goes on. */
.wide { width: fit-content; max-width: 100%; margin: 1rem 0;
        background: linear-gradient(to left, var(--paper) 1.5rem, transparent) right / 3rem 100% no-repeat local,
                    linear-gradient(to left, var(--line), transparent) right / 1rem 100% no-repeat scroll; }
@media screen and (min-width: 50rem) { .wide { max-width: calc(50vw + 21rem); } }  /* the margin at the right too */
pre { padding: 0.6rem 0.8rem; border: 1px solid var(--line); border-radius: 4px; }
pre code { overflow-wrap: normal; }
img { display: block; width: 100%; max-width: 36rem; height: auto; margin: 1.5rem auto; }
table { border-collapse: collapse; font-size: 0.85rem; }
th, td { padding: 0.25rem 0.7rem; border-bottom: 1px solid var(--line); }
td { white-space: nowrap; }
.columns { display: grid; grid-template-columns: 1fr; gap: 0 1.5rem; }
.columns > div { min-width: 0; }
@media (min-width: 50rem) { .columns { grid-template-columns: 1fr 1fr; } }
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--accent); }
blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--faint); }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--faint); font-size: 0.9rem; }
@media print {
  body { max-width: none; font-size: 10pt; }
  body > input, body > label, nav { display: none; }
  h2 { break-after: avoid; }
  img, tr { break-inside: avoid; }
  img { max-width: 14cm; }
  td { white-space: normal; }
  table { font-size: 8pt; }
  .wide { max-width: none; background: none; }
  pre { white-space: pre-wrap; }
}
)";

constexpr std::string_view kHexadecimal = "0123456789ABCDEF";

// What may not stand in an address that stands in quotes.
std::string data_uri(const std::string& svg) {
  std::string uri = "data:image/svg+xml,";
  for (const char c : svg) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && std::string_view("\"#%&<>").find(c) == std::string_view::npos)
      uri += c;
    else
      uri += {'%', kHexadecimal[byte >> 4], kHexadecimal[byte & 15]};
  }
  return uri;
}

std::string article(const Contents& contents) {
  const std::string_view code = code_of(contents.language);
  std::string html = fmt::format("<article lang=\"{}\" class=\"{}\">\n<h1>{}</h1>\n{}<nav>\n<ol>\n", code,
                                 code, escaped(contents.title), html_of(contents.lead));
  for (const Section& section : contents.sections)
    html += fmt::format("<li><a href=\"#{}-{}\">{}</a></li>\n", code, section.id, escaped(section.title));
  html += "</ol>\n</nav>\n";
  for (const Section& section : contents.sections) {
    html += fmt::format("<section>\n<h2 id=\"{}-{}\">{}</h2>\n{}", code, section.id, escaped(section.title),
                        html_of(section.markdown, section.title));
    for (const DrawnPicture& picture : section.pictures)
      html += fmt::format("<img alt=\"{}\" src=\"{}\">\n", escaped(picture.title), data_uri(picture.svg));
    html += html_of(section.source) + "</section>\n";
  }
  return html + fmt::format("<footer>\n{}</footer>\n</article>\n", html_of(contents.footer));
}

std::string_view name_of(Language language) {
  return language == Language::english ? "English" : "Bahasa Indonesia";
}

}  // namespace

std::string markdown_page(const Contents& contents) {
  std::string text = fmt::format("# {}\n\n{}\n", contents.title, contents.lead);
  for (const Section& section : contents.sections) {
    text += fmt::format("\n## {}\n\n{}\n", section.title, plain_markdown_of(section.markdown));
    for (const DrawnPicture& picture : section.pictures)
      text += fmt::format("\n![{}]({})\n", picture.title, picture.path);
    if (!section.source.empty()) text += fmt::format("\n{}\n", section.source);
  }
  return text + fmt::format("\n---\n\n{}\n", contents.footer);
}

std::string html_page(const std::vector<Contents>& languages, Language shown) {
  // The switch is two radio buttons: the style sheet hides the articles of the language that is not chosen,
  // on paper too.
  std::string choice, style, articles;
  for (const Contents& contents : languages) {
    const std::string_view code = code_of(contents.language);
    if (languages.size() > 1) {
      choice += fmt::format(
          "<input type=\"radio\" name=\"language\" id=\"in-{0}\"{1}><label for=\"in-{0}\" "
          "lang=\"{0}\">{2}</label>\n",
          code, contents.language == shown ? " checked" : "", name_of(contents.language));
      style += fmt::format("#in-{0}:not(:checked) ~ .{0} {{ display: none; }}\n", code);
    }
    articles += article(contents);
  }
  const auto first = std::find_if(languages.begin(), languages.end(),
                                  [&](const Contents& contents) { return contents.language == shown; });
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
      "<link rel=\"icon\" href=\"data:,\">\n<style>{}{}</style>\n</head>\n<body>\n{}{}</body>\n</html>\n",
      code_of(shown), escaped(first == languages.end() ? "" : first->title), kStyle, style, choice, articles);
}

}  // namespace twin::reports
