#include "reports/page/svg.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <set>

namespace twin::reports {
namespace {

const std::vector<Tint>& tints() {
  static const std::vector<Tint> all{{"#0072b2", "#56b4e9"},
                                     {"#bf5300", "#f0a35e"},
                                     {"#00805d", "#3fc79a"},
                                     {"#b0447f", "#e9a0c8"},
                                     {"#8a6500", "#e6c34a"},
                                     {"#6a4fb3", "#b3a0f0"},
                                     {"#6e6e6e", "#a0a0a0"},
                                     {"#101010", "#f4f4f4"},
                                     // and those that are no curve's
                                     {std::string(kInk), "#e8e8e8"},
                                     {std::string(kFaintInk), "#b8b8b8"},
                                     {std::string(kGrid), "#3a3a3a"},
                                     {std::string(kPaper), "#161616"},
                                     {std::string(kOnColour), "#161616"}};
  return all;
}
constexpr std::size_t kCurveTints = 8;

void replace_all(std::string& text, std::string_view part, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += by.size())
    text.replace(at, part.size(), by);
}

// "rgb( 68,  68,  68)" and "black" as "#444444" and "#000000".
std::string with_plain_colours(std::string tag) {
  for (std::size_t at = 0; (at = tag.find("rgb(", at)) != std::string::npos;) {
    const std::size_t end = tag.find(')', at);
    std::string colour = "#", number;
    for (std::size_t i = at; i <= end; ++i) {
      if (std::isdigit(static_cast<unsigned char>(tag[i]))) number += tag[i];
      if (tag[i] == ',' || tag[i] == ')') {
        colour += fmt::format("{:02x}", std::stoi(number));
        number.clear();
      }
    }
    tag.replace(at, end + 1 - at, colour);
  }
  replace_all(tag, "'black'", fmt::format("'{}'", kInk));
  replace_all(tag, "#FFFFFF", kPaper);
  return tag;
}

// A tag with its colours plain, a tenth of a pixel in its places, and without what holds anyway.
std::string simplified(std::string tag) {
  std::replace(tag.begin(), tag.end(), '"', '\'');
  for (char& c : tag)
    if (c == '\n' || c == '\t') c = ' ';
  replace_all(tag, " = ", "=");
  tag = with_plain_colours(std::move(tag));
  for (const std::string_view part : {" font-family='sans-serif'", " stroke-linecap='butt'",
                                      " stroke-linejoin='miter'", " class='gridline'"})
    replace_all(tag, part, "");
  std::string result;
  for (std::size_t i = 0; i < tag.size(); ++i) {
    const auto digit = [&](std::size_t k) {
      return k < tag.size() && std::isdigit(static_cast<unsigned char>(tag[k])) != 0;
    };
    const bool second_decimal = i > 1 && digit(i) && digit(i - 1) && tag[i - 2] == '.' && !digit(i + 1);
    const bool space = tag[i] == ' ' && (i + 1 == tag.size() ||
                                         std::string_view(" '>/").find(tag[i + 1]) != std::string_view::npos);
    if (!second_decimal && !space) result += tag[i];
  }
  return result;
}

bool is_blank_text(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

// Groups without anything in them, and symbols that no point has.
void drop_unused(std::vector<std::string>& parts) {
  const auto referenced = [&](const std::string& id) {
    return std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
      return part.find("'#" + id + "'") != std::string::npos ||
             part.find("(#" + id + ")") != std::string::npos;
    });
  };
  for (bool dropped = true; dropped;) {
    dropped = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::size_t id = parts[i].find(" id='gp");
      const std::size_t begin = id == std::string::npos ? id : id + 5;
      const bool symbol = id != std::string::npos && parts[i].ends_with("/>") &&
                          !referenced(parts[i].substr(begin, parts[i].find('\'', begin) - begin));
      const bool empty = i + 1 < parts.size() && ((parts[i].starts_with("<g") && parts[i + 1] == "</g>") ||
                                                  (parts[i] == "<defs>" && parts[i + 1] == "</defs>"));
      if (!symbol && !empty) continue;
      const auto at = parts.begin() + static_cast<std::ptrdiff_t>(i);
      parts.erase(at, at + (empty ? 2 : 1));
      dropped = true;
    }
  }
}

std::string dark_rules(const std::string& svg, const std::vector<Tint>& more) {
  std::string rules;
  std::set<std::string> seen;
  for (const std::vector<Tint>* each : {&tints(), &more})
    for (const auto& [light, dark] : *each)
      for (const char* attribute : {"fill", "stroke", "color"}) {
        const std::string selector = fmt::format("{}='{}'", attribute, light);
        if (svg.find(' ' + selector) != std::string::npos && seen.insert(selector).second)
          rules += fmt::format("[{}]{{{}:{}}}", selector, attribute, dark);
      }
  return fmt::format("<style>@media (prefers-color-scheme:dark){{{}}}</style>", rules);
}

}  // namespace

const Tint& curve_tint(std::size_t index) { return tints()[index % kCurveTints]; }

std::string light_and_dark(std::string_view svg, const std::vector<Tint>& more) {
  std::vector<std::string> parts;
  for (std::size_t at = svg.find("<svg"); at < svg.size();) {
    const bool tag = svg[at] == '<';
    const std::size_t end = tag ? svg.find('>', at) + 1 : std::min(svg.find('<', at), svg.size());
    const std::string_view part = svg.substr(at, end - at);
    at = end;
    if (part.starts_with("<title") || part.starts_with("<desc"))
      at = svg.find('>', svg.find("</", at)) + 1;
    else if (part.starts_with("<filter"))
      at = svg.find("</filter>", at) + std::string_view("</filter>").size();
    else if (tag && !part.starts_with("<!--"))
      parts.push_back(simplified(std::string(part)));
    else if (!tag && !is_blank_text(part))
      parts.emplace_back(part);
  }
  drop_unused(parts);
  std::string result;
  for (const std::string& part : parts) result += part;
  const std::size_t head = result.find('>');
  result.insert(head + 1, dark_rules(result, more));
  result.insert(head, " font-family='sans-serif'");
  return result + "\n";
}

}  // namespace twin::reports
