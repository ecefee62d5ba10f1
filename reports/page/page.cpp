#include "reports/page/page.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

#include "reports/page/first_screen.hpp"
#include "reports/page/markup.hpp"
#include "reports/page/style.hpp"

namespace twin::reports {
namespace {

using Languages = std::vector<Contents>;
using Part = std::function<std::string(const Contents&)>;

// The same in every language, of which the style sheet shows one: what stands around it, such as the target
// of a link, is there in each.
std::string in_each(const Languages& languages, std::string_view tag, const Part& part) {
  std::string html;
  for (const Contents& contents : languages) {
    const std::string_view code = code_of(contents.language);
    html += fmt::format("<{0} class=\"{1}\" lang=\"{1}\">\n{2}</{0}>\n", tag, code, part(contents));
  }
  return html;
}

// A heading and what stands below it, under an address.
std::string region(const Languages& languages, std::string_view id, const Part& part) {
  return fmt::format("<section id=\"{}\">\n{}</section>\n", id, in_each(languages, "div", part));
}

std::string section_html(const Section& section) {
  std::string html = fmt::format("<h2>{}</h2>\n", escaped(section.title));
  if (!section.verdict.empty())
    html += fmt::format("<p class=\"verdict\">{}</p>\n", line_html_of(section.verdict));
  html += html_of(section.markdown, section.title);
  for (const DrawnPicture& picture : section.pictures) html += figure_html(picture);
  return html + html_of(section.source, section.title);
}

using Sections = std::vector<Section> Contents::*;

std::string sections_html(const Languages& languages, Sections sections) {
  std::string html;
  for (std::size_t i = 0; i < (languages.front().*sections).size(); ++i)
    html += region(languages, (languages.front().*sections)[i].id,
                   [&](const Contents& contents) { return section_html((contents.*sections).at(i)); });
  return html;
}

std::string appendix_title(Language language) { return say(language, "Appendix"); }
std::string glossary_title(Language language) { return say(language, "Glossary"); }

std::string glossary_html(const Languages& languages) {
  if (languages.front().glossary.empty()) return "";
  std::string html = region(languages, "glossary", [](const Contents& contents) {
    return fmt::format("<h2>{}</h2>\n", escaped(glossary_title(contents.language)));
  });
  for (const Term& term : languages.front().glossary)
    html += fmt::format(
        "<div id=\"{}\" class=\"term\">\n{}</div>\n", term.id,
        in_each(languages, "p", [&](const Contents& contents) {
          const auto here = std::find_if(contents.glossary.begin(), contents.glossary.end(),
                                         [&](const Term& each) { return each.id == term.id; });
          return fmt::format("<strong>{}.</strong> {}\n", escaped(here->word), line_html_of(here->meaning));
        }));
  return html;
}

std::string navigation(const Contents& contents) {
  std::string list;
  const auto add = [&](std::string_view id, std::string_view title) {
    list += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, escaped(title));
  };
  for (const Section& section : contents.sections) add(section.id, section.title);
  if (!contents.appendix.empty()) add("appendix", appendix_title(contents.language));
  for (const Section& section : contents.appendix) add(section.id, section.title);
  for (const Section& section : contents.rest) add(section.id, section.title);
  if (!contents.glossary.empty()) add("glossary", glossary_title(contents.language));
  const std::string title = escaped(say(contents.language, "Contents"));
  return fmt::format("<nav aria-label=\"{0}\">\n<h2>{0}</h2>\n<ol>\n{1}</ol>\n</nav>\n", title, list);
}

std::string main_part(const Languages& languages) {
  std::string html = region(languages, "answer", [](const Contents& contents) {
    return first_screen_html(contents.first, contents.language);
  });
  html += in_each(languages, "div", navigation) + sections_html(languages, &Contents::sections);
  if (!languages.front().appendix.empty())
    html += region(languages, "appendix", [](const Contents& contents) {
      return fmt::format("<h2 class=\"part\">{}</h2>\n", escaped(appendix_title(contents.language)));
    });
  return html + sections_html(languages, &Contents::appendix) + sections_html(languages, &Contents::rest) +
         glossary_html(languages);
}

std::string_view name_of(Language language) {
  return language == Language::english ? "English" : "Bahasa Indonesia";
}

// Two radio buttons: the style sheet hides the languages that are not chosen, on paper too.
std::string language_switch(const Languages& languages, Language shown) {
  if (languages.size() < 2) return "";
  std::string buttons;
  for (const Contents& contents : languages)
    buttons += fmt::format(
        "<input type=\"radio\" name=\"language\" id=\"in-{0}\"{1}><label for=\"in-{0}\" "
        "lang=\"{0}\">{2}</label>\n",
        code_of(contents.language), contents.language == shown ? " checked" : "", name_of(contents.language));
  const std::string legend = in_each(languages, "span", [](const Contents& contents) {
    return escaped(say(contents.language, "Language"));
  });
  return fmt::format("<fieldset>\n<legend>{}</legend>\n{}</fieldset>\n", legend, buttons);
}

std::string switching_style(const Languages& languages, Language shown) {
  if (languages.size() < 2) return "";
  std::string style, others;
  for (const Contents& contents : languages) {
    const std::string_view code = code_of(contents.language);
    style += fmt::format("body:has(#in-{0}:not(:checked)) .{0} {{ display: none; }}\n", code);
    if (contents.language != shown) others += fmt::format("  .{} {{ display: none; }}\n", code);
  }
  // An old browser shows one language, without a switch.
  return style +
         fmt::format("@supports not selector(:has(*)) {{\n{}  fieldset {{ display: none; }}\n}}\n", others);
}

std::string section_markdown(const Section& section) {
  std::string text = fmt::format("\n<a id=\"{}\"></a>\n\n## {}\n\n", section.id, section.title);
  if (!section.verdict.empty()) text += fmt::format("**{}**\n\n", section.verdict);
  text += plain_markdown_of(section.markdown) + "\n";
  for (const DrawnPicture& picture : section.pictures) text += "\n" + figure_markdown(picture);
  if (!section.source.empty()) text += fmt::format("\n{}\n", section.source);
  return text;
}

}  // namespace

std::string markdown_page(const Contents& contents) {
  const Language language = contents.language;
  std::string text = fmt::format("# {}\n\n{}\n\n{}", contents.title, contents.first.lead,
                                 first_screen_markdown(contents.first, language));
  for (const Section& section : contents.sections) text += section_markdown(section);
  if (!contents.appendix.empty())
    text += fmt::format("\n<a id=\"appendix\"></a>\n\n# {}\n", appendix_title(language));
  for (const Section& section : contents.appendix) text += section_markdown(section);
  for (const Section& section : contents.rest) text += section_markdown(section);
  if (!contents.glossary.empty())
    text += fmt::format("\n<a id=\"glossary\"></a>\n\n## {}\n\n", glossary_title(language));
  for (const Term& term : contents.glossary)
    text += fmt::format("- <a id=\"{}\"></a>**{}.** {}\n", term.id, term.word, term.meaning);
  return text + fmt::format("\n---\n\n{}\n", contents.footer);
}

std::string html_page(const Languages& languages, Language shown) {
  const auto first = std::find_if(languages.begin(), languages.end(),
                                  [&](const Contents& contents) { return contents.language == shown; });
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
      "<link rel=\"icon\" href=\"data:,\">\n<style>{}{}</style>\n</head>\n<body>\n<header>\n{}{}</header>\n"
      "<main>\n{}</main>\n<footer>\n{}</footer>\n</body>\n</html>\n",
      code_of(shown), escaped(first == languages.end() ? "" : first->title), kStyle,
      switching_style(languages, shown), language_switch(languages, shown),
      in_each(languages, "div",
              [](const Contents& contents) {
                return fmt::format("<h1>{}</h1>\n{}", escaped(contents.title), html_of(contents.first.lead));
              }),
      main_part(languages),
      in_each(languages, "div", [](const Contents& contents) { return html_of(contents.footer); }));
}

}  // namespace twin::reports
