#include <algorithm>
#include <fmt/format.h>

#include "reports/page/markup.hpp"
#include "reports/page/page.hpp"
#include "reports/questions/stems.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports::stems_pages {
namespace {

std::string text_of(const Json& facts, const char* field) { return facts.at(field).get<std::string>(); }

std::string code_block(const std::string& code, const char* language) {
  return fmt::format("```{}\n{}\n```\n", language, code);
}

Section formulas(const Json& facts, Language language) {
  return {"formulas", say(language, "Formulas"), code_block(text_of(facts, "formulas"), "text")};
}

Section codes(const Json& facts, Language language) {
  return {"code", say(language, "Both codes"),
          columns(say(language, "By hand, in Eigen"), code_block(text_of(facts, "manual"), "cpp"),
                  say(language, "With LibTorch"), code_block(text_of(facts, "autograd"), "cpp"))};
}

Section checks(const Json& facts, Language language) {
  const auto count = [&](const char* field) { return facts.at(field).get<int>(); };
  std::string text = say(language,
                         "{} checks on {} examples passed, {} failed, {} were inconclusive and {} stood at a "
                         "kink. {} tests stand in a file of its own.",
                         count("passed"), count("examples"), count("failed"), count("unchecked"),
                         count("kinks"), count("tests")) +
                     "\n";
  for (const char* dtype : {"float64", "float32"})
    if (facts.at("share").contains(dtype))
      text += "\n" +
              say(language, "In {} the largest gap to autograd is {} of its bound.", dtype,
                  rounded(facts.at("share").at(dtype), language, 2)) +
              "\n";
  return {"checks", say(language, "How right is it?"), text};
}

Section speed(const Json& facts, Language language) {
  Table table({say(language, "example"), ">" + say(language, "batch"), ">" + say(language, "µs by hand"),
               ">" + say(language, "autograd ÷ by hand"), ">" + say(language, "95 % interval")});
  for (const Json& row : facts.at("speed"))
    table.add({row.at("example").get<std::string>(), std::to_string(row.at("batch").get<int>()),
               rounded(row.at("us"), language), rounded(row.at("ratio"), language),
               fmt::format("{}…{}", rounded(row.at("low"), language), rounded(row.at("high"), language))});
  return {"speed", say(language, "How fast is it?"),
          table.markdown() + "\n" + say(language, "A training step, one thread, float32.") + "\n"};
}

std::string fate(const Json& mutant, Language language) {
  if (mutant.at("caught").is_null()) return say(language, "not in the kept study");
  if (!mutant.at("caught").get<bool>()) return say(language, "nobody noticed it");
  return mutant.at("diagnosed") == Json("right") ? say(language, "noticed, and its cause named")
                                                 : say(language, "noticed");
}

Section mistakes(const Json& facts, Language language) {
  std::string text;
  for (const Json& mutant : facts.at("mutants"))
    text += fmt::format("- {}: {}. {}: `{}`\n", translated(text_of(mutant, "mistake"), language),
                        fate(mutant, language), say(language, "Right"), text_of(mutant, "right"));
  if (text.empty()) text = say(language, "None is in the collection.") + "\n";
  return {"mistakes", say(language, "Classic mistakes"), text};
}

Contents contents_of(const Json& facts, Language language) {
  Contents contents{language, text_of(facts, "stem"), {}, {}, ""};
  contents.first.lead =
      fmt::format("{} · [{}](../index.html#stems)", kind_in_words(text_of(facts, "kind"), language),
                  say(language, "all of them"));
  contents.sections = {formulas(facts, language), codes(facts, language), checks(facts, language),
                       speed(facts, language), mistakes(facts, language)};
  return contents;
}

}  // namespace

std::string path_of(const Json& facts) { return fmt::format("stems/{}.html", text_of(facts, "stem")); }

std::string kind_in_words(const std::string& kind, Language language) {
  return kind == "layers"      ? say(language, "Layers")
         : kind == "losses"    ? say(language, "Losses")
         : kind == "optim"     ? say(language, "Optimisers")
         : kind == "schedules" ? say(language, "Schedules")
                               : say(language, "Clippings");
}

MutantCounts mutant_counts(const Json& facts) {
  MutantCounts counts;
  for (const Json& mutant : facts.at("mutants")) {
    ++counts.all;
    if (mutant.at("caught").is_null()) continue;
    ++counts.studied;
    counts.caught += mutant.at("caught").get<bool>();
    counts.diagnosed += mutant.at("diagnosed") == Json("right");
  }
  return counts;
}

std::map<std::string, std::string> pages(const Json& json, Language shown) {
  std::map<std::string, std::string> all;
  for (const Json& facts : json.at("stems")) {
    std::vector<Contents> languages;
    for (const Language language : kLanguages) languages.push_back(contents_of(facts, language));
    all[path_of(facts)] = html_page(languages, shown);
  }
  return all;
}

}  // namespace twin::reports::stems_pages
