// Which layers, losses, optimisers, schedules and clippings are there by hand, and what is each of them
// worth?
#include "reports/questions/stems.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "reports/page/markup.hpp"
#include "reports/runs/stem_facts.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace stems_question_parts {

using stems_pages::mutant_counts;
using stems_pages::MutantCounts;

constexpr const char* kKinds[] = {"layers", "losses", "optim", "schedules", "clipping"};

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  const Json facts = stem_facts(measuring);
  Json json = json_header("stems", {{"quick", measuring.quick}}, measuring.threads, busy);
  json.update(facts);
  return json;
}

// The interval of a ratio is narrower than a tenth of it.
bool is_sound(const Json& speed) {
  return speed.at("high").get<double>() - speed.at("low").get<double>() <=
         kNoisySpread * speed.at("ratio").get<double>();
}

// The largest example that was timed.
const Json* speed_of(const Json& facts) {
  const Json& speed = facts.at("speed");
  return speed.empty() ? nullptr : &speed.back();
}

struct Standing {
  int all = 0, failed = 0, passed = 0, timed = 0, faster = 0, noisy = 0;
  const Json* slowest = nullptr;  // a stem, by the ratio of its largest example
};

Standing standing(const Json& json) {
  Standing result;
  for (const Json& facts : json.at("stems")) {
    ++result.all;
    result.failed += facts.at("failed").get<int>() > 0;
    result.passed += facts.at("passed").get<int>();
    const Json* speed = speed_of(facts);
    if (!speed) continue;
    if (!is_sound(*speed)) {
      ++result.noisy;
      continue;
    }
    ++result.timed;
    result.faster += speed->at("low").get<double>() >= 1;
    if (!result.slowest || speed->at("ratio") < speed_of(*result.slowest)->at("ratio"))
      result.slowest = &facts;
  }
  return result;
}

std::string verdict(const Json& json, Language language) {
  const Standing s = standing(json);
  std::string text =
      s.failed > 0
          ? say(language,
                "Of {} layers, losses, optimisers, schedules and clippings by hand, {} are NOT right.", s.all,
                s.failed)
          : say(language,
                "{} layers, losses, optimisers, schedules and clippings exist by hand and with LibTorch, and "
                "none of {} checks of their gradients and updates failed.",
                s.all, s.passed);
  if (s.slowest) {
    const Json& speed = *speed_of(*s.slowest);
    text +=
        " " + say(language,
                  "On one thread in float32, a training step with the hand-written one is faster in {} of {} "
                  "cases; the hand does worst with {}, where LibTorch takes {} times its time.",
                  s.faster, s.timed, s.slowest->at("stem").get<std::string>(),
                  rounded(speed.at("ratio"), language));
  }
  return text;
}

std::string number_or_dash(const Json& value) {
  return value.is_number() ? std::to_string(value.get<int>()) : "–";
}

std::string share_cell(const Json& facts, const char* dtype, Language language) {
  const Json& shares = facts.at("share");
  return shares.contains(dtype) ? rounded(shares.at(dtype), language, 2) : "–";
}

std::string speed_cell(const Json& facts, Language language) {
  const Json* speed = speed_of(facts);
  if (!speed) return "–";
  return fmt::format("{} ({}…{}){}", rounded(speed->at("ratio"), language),
                     rounded(speed->at("low"), language), rounded(speed->at("high"), language),
                     is_sound(*speed) ? "" : " ~");
}

std::string mutants_cell(const MutantCounts& counts) {
  if (counts.all == 0) return "–";
  if (counts.studied == 0) return fmt::format("{}", counts.all);
  return fmt::format("{} / {} / {}", counts.studied, counts.caught, counts.diagnosed);
}

std::string table_of(const Json& json, const std::string& kind, Language language) {
  const auto right = [](const std::string& heading) { return ">" + heading; };
  Table table({stems_pages::kind_in_words(kind, language), right(say(language, "tests")),
               right(say(language, "checks passed / failed")), right(say(language, "gap / bound, float64")),
               right(say(language, "gap / bound, float32")), right(say(language, "autograd ÷ by hand")),
               right(say(language, "lines by hand")), right(say(language, "lines with LibTorch")),
               right(say(language, "mistakes studied / noticed / named"))});
  for (const Json& facts : json.at("stems")) {
    if (facts.at("kind").get<std::string>() != kind) continue;
    table.add({fmt::format("[{}]({})", facts.at("stem").get<std::string>(), stems_pages::path_of(facts)),
               number_or_dash(facts.at("tests")),
               fmt::format("{} / {}", facts.at("passed").get<int>(), facts.at("failed").get<int>()),
               share_cell(facts, "float64", language), share_cell(facts, "float32", language),
               speed_cell(facts, language), number_or_dash(facts.at("lines").at("manual")),
               number_or_dash(facts.at("lines").at("autograd")), mutants_cell(mutant_counts(facts))});
  }
  return table.markdown();
}

std::string answer(const Json& json, Language language) {
  std::string text;
  for (const char* kind : kKinds) text += table_of(json, kind, language) + "\n";
  return text +
         say(language,
             "A name leads to its page: formulas, both codes side by side, figures, mistakes. *Tests* are "
             "those "
             "of its own file; every one of these is held against autograd and finite differences on all its "
             "examples besides. A *gap* is the largest difference to autograd, as a share of its bound. "
             "*autograd "
             "÷ by hand* is the time of a training step of the largest example that was timed, one thread, "
             "float32, with its 95 % interval; ~ marks an interval wider than a tenth. *Mistakes* are those "
             "of "
             "the kept study; a single number are mistakes that it does not hold yet.") +
         "\n";
}

std::vector<Picture> pictures(const Json&, Language) { return {}; }

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const Json& facts : json.at("stems")) {
    const std::string name = facts.at("stem");
    all.push_back({"failed checks: " + name, facts.at("failed").get<double>(), "1", Figure::Better::lower});
    for (const Json& speed : facts.at("speed"))
      if (is_sound(speed))
        all.push_back({fmt::format("autograd / by hand: {}/{}", name, speed.at("example").get<std::string>()),
                       speed.at("ratio"), "1", Figure::Better::higher});
  }
  return all;
}

}  // namespace stems_question_parts

Question stems_question() {
  using namespace stems_question_parts;
  return {
      "stems",
      translatable("Which layers, losses and optimisers are there by hand, and what is each of them worth?"),
      translatable("Each is checked on its examples against autograd and finite differences, in float64 and "
                   "float32, and timed in a training step of its own, all sides in turn."),
      "./twin report --only stems",
      measure,
      verdict,
      answer,
      pictures,
      figures,
      nullptr,
      /*appendix=*/true,
      stems_pages::pages};
}

}  // namespace twin::reports
