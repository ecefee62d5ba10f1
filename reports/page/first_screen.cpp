#include "reports/page/first_screen.hpp"

#include <fmt/format.h>

#include "reports/page/markup.hpp"

namespace twin::reports {
namespace {

using Verdict = FirstWords::Claim::Verdict;

std::string in_words(Verdict verdict, Language language) {
  return verdict == Verdict::holds           ? say(language, "holds")
         : verdict == Verdict::holds_in_part ? say(language, "holds in part")
                                             : say(language, "does not hold");
}

std::string_view class_of(Verdict verdict) {
  return verdict == Verdict::holds ? "holds" : verdict == Verdict::holds_in_part ? "in-part" : "fails";
}

std::string move_title(Language language) { return say(language, "Move to a framework when …"); }
std::string stay_title(Language language) { return say(language, "Stay with code by hand when …"); }
std::string claims_title(Language language) { return say(language, "What the tutorial claims"); }

template <typename T>
void take(std::vector<T>& to, const std::vector<T>& from) {
  constexpr std::size_t kMost = 3;
  for (const T& each : from)
    if (to.size() < kMost) to.push_back(each);
}

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

std::string when_html(const std::string& name, const std::string& title,
                      const std::vector<std::string>& sentences) {
  if (sentences.empty()) return "";
  std::string html = fmt::format("<div class=\"when {}\">\n<h2>{}</h2>\n<ul>\n", name, escaped(title));
  for (const std::string& sentence : sentences) html += fmt::format("<li>{}</li>\n", line_html_of(sentence));
  return html + "</ul>\n</div>\n";
}

std::string list_of(const std::string& title, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return "";
  std::string text = title + "\n\n";
  for (const std::string& sentence : sentences) text += fmt::format("- {}\n", sentence);
  return text + "\n";
}

std::vector<std::string> claims_of(const FirstScreen& first, Language language, std::string_view mark) {
  std::vector<std::string> lines;
  for (const auto& [claim, verdict, because] : first.claims)
    lines.push_back(fmt::format("{0}: {1}{2}{1}. {3}", claim, mark, in_words(verdict, language), because));
  return lines;
}

}  // namespace

DrawnPicture drawn(const Picture& picture, Language language) {
  DrawnPicture result{fmt::format("pictures/{}.svg", picture.name),
                      picture.finding.empty() ? picture.plot.title : picture.finding,
                      draw_svg(picture.plot, language), picture.how_to_read};
  for (const std::string& note : notes_on(picture.plot, language))
    result.caption += (result.caption.empty() ? "" : " ") + note;
  return result;
}

FirstScreen first_screen_of(const std::vector<Measured>& measured, const Json& header, Language language) {
  FirstScreen first{say(language,
                        "Every neural network here is written twice, by hand in C++ and with LibTorch; this "
                        "page compares the two on one machine.")};
  if (header.contains("warnings"))
    for (const Json& warning : header.at("warnings"))
      first.warnings.push_back(warning.at(std::string(code_of(language))));
  for (const auto& [question, json] : measured) {
    if (!question.first_words || !was_measured(json)) continue;
    const FirstWords words = question.first_words(json, language);
    take(first.move_when, words.move_when);
    take(first.stay_when, words.stay_when);
    take(first.numbers, words.numbers);
    first.claims.insert(first.claims.end(), words.claims.begin(), words.claims.end());
    if (!words.picture || first.picture) continue;
    first.picture = drawn(*words.picture, language);
    first.question = question.id;
  }
  return first;
}

std::string figure_html(const DrawnPicture& picture) {
  const std::string caption =
      picture.caption.empty() ? ""
                              : fmt::format("<figcaption>{}</figcaption>\n", line_html_of(picture.caption));
  return fmt::format("<figure>\n<img alt=\"{}\" src=\"{}\">\n{}</figure>\n", escaped(picture.finding),
                     data_uri(picture.svg), caption);
}

std::string figure_markdown(const DrawnPicture& picture) {
  std::string text = fmt::format("![{}]({})\n", picture.finding, picture.path);
  if (!picture.caption.empty()) text += fmt::format("\n*{}*\n", picture.caption);
  return text;
}

std::string first_screen_html(const FirstScreen& first, Language language) {
  std::string html;
  for (const std::string& warning : first.warnings)
    html += fmt::format("<p class=\"warning\">{}</p>\n", line_html_of(warning));
  html += "<div class=\"first\">\n" + when_html("move", move_title(language), first.move_when) +
          when_html("stay", stay_title(language), first.stay_when);
  if (first.picture) html += figure_html(*first.picture);
  if (!first.numbers.empty()) {
    html += "<ul class=\"numbers\">\n";
    for (const auto& [value, meaning] : first.numbers)
      html += fmt::format("<li><strong>{}</strong> <span>{}</span></li>\n", escaped(value),
                          line_html_of(meaning));
    html += "</ul>\n";
  }
  html += "</div>\n";
  if (first.claims.empty()) return html;
  html += fmt::format("<h2>{}</h2>\n<ul class=\"claims\">\n", escaped(claims_title(language)));
  for (const auto& [claim, verdict, because] : first.claims)
    html +=
        fmt::format("<li><p>{} <strong class=\"{}\">{}</strong></p>\n<p>{}</p></li>\n", line_html_of(claim),
                    class_of(verdict), escaped(in_words(verdict, language)), line_html_of(because));
  return html + "</ul>\n";
}

std::string first_screen_markdown(const FirstScreen& first, Language language) {
  std::string text;
  for (const std::string& warning : first.warnings) text += fmt::format("> ⚠ {}\n\n", warning);
  text += list_of("## " + move_title(language), first.move_when) +
          list_of("## " + stay_title(language), first.stay_when);
  if (first.picture) text += figure_markdown(*first.picture) + "\n";
  for (const auto& [value, meaning] : first.numbers) text += fmt::format("- **{}** {}\n", value, meaning);
  if (!first.numbers.empty()) text += "\n";
  return text + list_of("## " + claims_title(language), claims_of(first, language, "**"));
}

std::string first_screen_text(const FirstScreen& first, Language language) {
  std::string text;
  for (const std::string& warning : first.warnings) text += fmt::format("{}\n\n", warning);
  text += list_of(move_title(language), first.move_when) + list_of(stay_title(language), first.stay_when);
  return text + list_of(claims_title(language), claims_of(first, language, ""));
}

std::string not_measured_text(const std::vector<Measured>& measured, Language language) {
  std::vector<std::string> lines;
  for (const auto& [question, json] : measured)
    if (!was_measured(json)) lines.push_back(fmt::format("{}: {}", question.id, reason_of(json, language)));
  return list_of(say(language, "Not measured"), lines);
}

}  // namespace twin::reports
