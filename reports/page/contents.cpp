#include "reports/page/contents.hpp"

#include <fmt/format.h>

#include "reports/page/first_screen.hpp"
#include "reports/page/glossary.hpp"
#include "reports/page/markup.hpp"

namespace twin::reports {
namespace {

Section section_of(const Measured& measured, std::string_view number, Language language) {
  const auto& [question, json] = measured;
  Section section{std::string(question.id), fmt::format("{}. {}", number, question.title.in(language)),
                  fmt::format("> {}\n\n", question.method.in(language)) + question.answer(json, language)};
  if (question.verdict) section.verdict = question.verdict(json, language);
  if (question.pictures)
    for (const Picture& picture : question.pictures(json, language))
      section.pictures.push_back(drawn(picture, language));
  section.source =
      say(language, "The numbers: [{0}]({0}). To repeat them: `{1}`.", json_path(question), question.command);
  return section;
}

Section not_measured_section(const std::vector<const Measured*>& left_out, Language language) {
  std::string list;
  for (const Measured* each : left_out) {
    const auto& [question, json] = *each;
    list += fmt::format("- **{}** {} ", question.title.in(language), reason_of(json, language)) +
            say(language, "To measure it: `{}`.", question.command) + "\n";
  }
  const std::string summary =
      left_out.size() == 1 ? say(language, "1 question was not measured in this run")
                           : say(language, "{} questions were not measured in this run", left_out.size());
  return {"not-measured", say(language, "Not measured"), details(summary, list)};
}

std::string machine_of(const Json& header, Language language) {
  const Json& machine = header.at("machine");
  return say(
      language,
      "Measured on: {}, {} processors, {:.0f} GiB, {}; {}, {}; {}; manual: {}; autograd: {}; commit {}; "
      "{:.0f} s in all. Every figure of this page: [report.json](report.json).",
      machine.at("processor").get<std::string>(), machine.at("processors").get<int>(),
      machine.at("memory_bytes").get<double>() / (1 << 30), machine.at("system").get<std::string>(),
      machine.at("compiler").get<std::string>(), machine.at("build").get<std::string>(),
      threads_in_words(header.at("threads").at("requested").get<int>(), language),
      header.at("backends").at("manual").get<std::string>(),
      header.at("backends").at("autograd").get<std::string>(), header.at("commit").get<std::string>(),
      header.at("seconds").get<double>());
}

}  // namespace

Contents contents_of(const std::vector<Measured>& measured, const Json& header,
                     const std::optional<Changes>& changes, Language language) {
  Contents contents{language,
                    say(language, "Why move from hand-written code to a framework?"),
                    first_screen_of(measured, header, language),
                    {},
                    machine_of(header, language)};
  if (changes)
    contents.sections.push_back({"changes", say(language, "What has changed since {}", changes->since),
                                 changes_text(*changes, language, Medium::markdown)});
  std::vector<const Measured*> left_out;
  int number = 0, appendix_number = 0;
  for (const Measured& each : measured)
    if (!was_measured(each.json))
      left_out.push_back(&each);
    else if (each.question.appendix)
      contents.appendix.push_back(section_of(each, fmt::format("A{}", ++appendix_number), language));
    else
      contents.sections.push_back(section_of(each, std::to_string(++number), language));
  if (!left_out.empty()) contents.rest.push_back(not_measured_section(left_out, language));
  contents.glossary = glossary(language);
  return contents;
}

std::string answer_text(const Contents& contents, const std::vector<Measured>& measured) {
  const Language language = contents.language;
  std::string text = first_screen_text(contents.first, language);
  if (contents.first.move_when.empty() && contents.first.stay_when.empty()) {
    std::string verdicts;
    for (const std::vector<Section>* sections : {&contents.sections, &contents.appendix})
      for (const Section& section : *sections)
        if (!section.verdict.empty()) verdicts += fmt::format("- {}\n", section.verdict);
    if (!verdicts.empty()) text += verdicts + "\n";
  }
  return text + not_measured_text(measured, language);
}

}  // namespace twin::reports
