#include <algorithm>
#include <fmt/format.h>

#include "reports/page/markup.hpp"
#include "reports/questions/mistakes.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports::mistakes {
namespace {

constexpr const char* kScales[] = {"1", "0.01", "0.0001"};

bool lists(const Json& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string part_of_whole_cell(int part, int whole) {
  return whole == 0 ? "–" : fmt::format("{} / {}", part, whole);
}

std::string number_column(const std::string& header) { return ">" + header; }

// How often a rule did something on the networks of the right code; 0 of a rule or a scale that is not there.
int right_count(const Json& json, const char* scale, std::string_view rule, const char* what) {
  const Json& scales = json.at("baseline").at("other_rules");
  if (!scales.contains(scale) || !scales.at(scale).contains(std::string(rule))) return 0;
  return scales.at(scale).at(std::string(rule)).at(what);
}

std::string let_through_table(const Json& json, Language language) {
  Table table({say(language, "rule"), number_column(say(language, "error × 1")),
               number_column(say(language, "× 0.01")), number_column(say(language, "× 0.0001")),
               number_column(say(language, "wrong forward as well"))});
  for (const RuleWords& rule : kOtherRules) {
    std::vector<Cell> row{rule.name.in(language)};
    for (const char* scale : kScales) {
      const LetThrough here = let_through(json, rule.field, scale, false);
      row.emplace_back(part_of_whole_cell(here.through, here.asked));
    }
    const LetThrough forward = let_through(json, rule.field, kScales[0], true);
    row.emplace_back(part_of_whole_cell(forward.through, forward.asked));
    table.add(std::move(row));
  }
  return table.markdown();
}

std::string nothing_table(const Json& json, Language language) {
  Table table({say(language, "rule"), number_column(say(language, "zeros, error × 1")),
               number_column(say(language, "zeros, × 0.01")), number_column(say(language, "zeros, × 0.0001")),
               number_column(say(language, "NaN")), number_column(say(language, "right code refused"))});
  for (const RuleWords& rule : kOtherRules) {
    std::vector<Cell> row{rule.name.in(language)};
    const auto accepted = [&](const char* scale) {
      return right_count(json, scale, rule.field, "networks") -
             right_count(json, scale, rule.field, "refused");
    };
    for (const char* scale : kScales)
      row.emplace_back(part_of_whole_cell(right_count(json, scale, rule.field, "zeros"), accepted(scale)));
    row.emplace_back(
        part_of_whole_cell(right_count(json, kScales[0], rule.field, "nan"), accepted(kScales[0])));
    row.emplace_back(part_of_whole_cell(right_count(json, kScales[0], rule.field, "refused"),
                                        right_count(json, kScales[0], rule.field, "networks")));
    table.add(std::move(row));
  }
  return table.markdown();
}

std::string sources_table(Language language) {
  Table table({say(language, "rule"), say(language, "lets a gradient through when"),
               say(language, "where it was read")});
  for (const RuleWords& rule : kOtherRules)
    table.add({rule.name.in(language), rule.accepts.in(language), rule.source});
  return table.markdown();
}

}  // namespace

LetThrough let_through(const Json& json, std::string_view rule, const char* scale, bool changes_loss) {
  LetThrough result;
  for (const Json& mutant : json.at("mutants")) {
    if (!mutant.contains("other_rules") || !mutant.at("other_rules").contains(scale)) continue;
    const Json& here = mutant.at("other_rules").at(scale);
    if (here.at("changes_loss") != changes_loss) continue;
    const bool through = lists(here.at("let_through"), rule);
    result.through += through;
    result.asked += through || lists(here.at("noticed"), rule);
  }
  return result;
}

std::string other_rules_text(const Json& json, Language language) {
  if (!json.at("baseline").contains("other_rules") || !json.at("baseline").at("other_rules").is_object())
    return "";
  LetThrough own;
  for (const char* scale : kScales)
    for (const bool changes_loss : {false, true}) {
      const LetThrough here = let_through(json, kOwnRule, scale, changes_loss);
      own.through += here.through;
      own.asked += here.asked;
    }
  if (own.asked == 0) return "";
  return say(language,
             "**What do other people's checks let through?** The rules by which other projects accept a "
             "gradient are stated anew here, with their own tolerances, and asked about the same mistakes. "
             "The conditions are the same for all: the small networks on which the checks above were "
             "weakened, their gradients at the first weights, and nothing but these gradients. The error "
             "that "
             "comes from above is multiplied by 1, 0.01 and 0.0001 (the last two only where a network is "
             "given this error directly). Each cell counts the mistakes that a rule lets through, of those "
             "that change a gradient; a rule is not asked on a network where it refuses the right gradient, "
             "or where it looks at no gradient. Mistakes that make the loss wrong as well stand in the last "
             "column: a rule that holds a gradient against differences of the same wrong loss cannot see "
             "them.") +
         "\n\n" + let_through_table(json, language) + "\n" +
         say(language,
             "This suite's comparison with autograd lets through {} of {}, at the three scales together. The "
             "next table asks the rules about gradients that are no gradients: all zeros, and all NaN. Each "
             "cell counts the networks on which a rule accepts them, and at the end those on which it "
             "refuses "
             "the right code. These projects choose inputs that suit their tolerances, which are not the "
             "inputs here.",
             own.through, own.asked) +
         "\n\n" + nothing_table(json, language) + "\n" +
         details(say(language, "The rules, and where they were read"), sources_table(language)) + "\n";
}

}  // namespace twin::reports::mistakes
