#include <algorithm>
#include <fmt/ranges.h>

#include "reports/questions/mistakes.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports::mistakes {

std::string code(const std::string& name) { return "`" + name + "`"; }

std::string description(const Json& mutant, Language language) {
  return translated(mutant.at("mistake").get<std::string>(), language);
}

namespace {

std::string right(const std::string& header) { return ">" + header; }

std::string accuracy_cell(const Json& fashion, Language language) {
  return fashion.is_object() && fashion.at("accuracy").is_number()
             ? fmt::format(locale_of(language), "{:.1Lf} %", 100 * fashion.at("accuracy").get<double>())
             : "–";
}

// Seeds that learn XOR, at all its learning rates together: "795 / 800".
std::string seeds_cell(const Json& xor_learning) {
  int converged = 0, seeds = 0;
  for (const Json& at_rate : xor_learning) {
    converged += at_rate.at("converged").get<int>();
    seeds += at_rate.at("seeds").get<int>();
  }
  return seeds == 0 ? "–" : fmt::format("{} / {}", converged, seeds);
}

struct Part {
  const char* field;
  Text name;
};
constexpr Part kParts[] = {{"layers", translatable("layers")},
                           {"losses", translatable("losses")},
                           {"chain", translatable("the chain and the training step")},
                           {"optim", translatable("optimisers")},
                           {"schedules", translatable("schedules of the learning rate")},
                           {"clipping", translatable("gradient clipping")},
                           {"data", translatable("data, shuffling, initial weights")}};

// The causes that were named; the right ones first.
std::string causes(const Json& mutant) {
  std::vector<std::string> right_ones, others;
  const Json& expected = mutant.at("expected_causes");
  for (const Json& finding : mutant.at("diagnosis")) {
    std::string cause = finding.at("cause");
    const bool is_right = std::find(expected.begin(), expected.end(), cause) != expected.end();
    std::replace(cause.begin(), cause.end(), '_', ' ');
    (is_right ? right_ones : others).push_back(std::move(cause));
  }
  right_ones.insert(right_ones.end(), others.begin(), others.end());
  return fmt::format("{}", fmt::join(right_ones, ", "));
}

std::string diagnosis_cell(const Json& mutant) {
  const std::string said = mutant.at("diagnosed");
  if (said == "right") return "✓ " + causes(mutant);
  if (said == "wrong") return "✗ " + causes(mutant);
  return said == "unexplained" ? "?" : "";
}

}  // namespace

std::string detectors_table(const Json& json, Language language) {
  Table table(
      {say(language, "who looks"), right(say(language, "mistakes noticed")), right(say(language, "of"))});
  const auto add = [&](const std::string& who, const auto& notices, const auto& is_asked) {
    const int asked = count(json, [&](const Json& m) { return in_network(m) && is_asked(m); });
    const int caught = count(json, [&](const Json& m) { return in_network(m) && is_asked(m) && notices(m); });
    if (asked > 0) table.add({who, std::to_string(caught), std::to_string(asked)});
  };
  const auto by = [](const char* detector) {
    return [detector](const Json& mutant) { return noticed(mutant, detector); };
  };
  const auto all = [](const Json&) { return true; };
  add(say(language, "compiler"), by("compiler"), all);
  add(say(language, "loss curve, of mistakes that change how XOR or Fashion-MNIST learns"), by("loss_curve"),
      [&](const Json& mutant) { return changes_training(json, mutant); });
  add(say(language, "finite differences of the loss"), by("finite_differences"), all);
  add(say(language, "comparison with autograd, first step"), by("step_1"), all);
  add(say(language, "comparison with autograd, later steps"), by("later_steps"), all);
  add(say(language, "any of these gradient checks"), checked, all);
  add(say(language, "sanitizers (memory, undefined behaviour)"), by("sanitizer"), all);
  add(say(language, "test suite, asked where no gradient check noticed"), by("suite"),
      [](const Json& mutant) { return mutant.at("suite_asked").get<bool>(); });
  return table.markdown();
}

std::string silent_table(const Json& json, Language language) {
  Table table({say(language, "mistake"), right(say(language, "trainings that learn XOR")),
               right(say(language, "accuracy on Fashion-MNIST")), say(language, "what is wrong")});
  const Json& baseline = json.at("baseline");
  table.add({say(language, "(none)"), seeds_cell(baseline.at("xor")),
             accuracy_cell(baseline.at("fashion"), language), ""});
  for (const Json& mutant : those(json, [&](const Json& m) { return silent(json, m); }))
    table.add({code(mutant.at("name")), seeds_cell(mutant.at("xor")),
               accuracy_cell(mutant.at("fashion"), language), description(mutant, language)});
  return table.markdown();
}

std::string framework_table(const Json& json, Language language) {
  Table table({say(language, "where the mistake sits"), right(say(language, "mistakes")),
               right(say(language, "autograd derives it")), right(say(language, "the library brings it")),
               right(say(language, "left to the user"))});
  const auto add = [&](const std::string& name, const auto& is_here) {
    std::vector<Cell> row{name, std::to_string(count(json, is_here))};
    for (const char* who : {"derived", "brought", "left"})
      row.emplace_back(std::to_string(
          count(json, [&](const Json& mutant) { return is_here(mutant) && is_framework(mutant, who); })));
    table.add(std::move(row));
  };
  for (const Part& part : kParts) {
    const auto is_here = [&](const Json& mutant) { return mutant.at("part") == part.field; };
    if (count(json, is_here) > 0) add(part.name.in(language), is_here);
  }
  add(say(language, "all"), [](const Json&) { return true; });
  return table.markdown();
}

std::string left_table(const Json& json, Language language) {
  Table table({say(language, "mistake"), say(language, "what is wrong")});
  for (const Json& mutant : those(json, [](const Json& m) { return is_framework(m, "left"); }))
    table.add({code(mutant.at("name")), description(mutant, language)});
  return table.markdown();
}

std::string weak_table(const Json& json, Language language) {
  Table table({say(language, "check weakened by"), right(say(language, "single layers: caught")),
               right(say(language, "of these vanish")), right(say(language, "small networks: caught")),
               right(say(language, "of these vanish")), say(language, "which vanish")});
  for (const Weakening& weakening : kWeakenings) {
    std::vector<Cell> row{weakening.name.in(language)};
    std::vector<std::string> names;
    for (const char* part : {"layer", "network"}) {
      const Weakened here = weakened(json, part, weakening.field);
      row.emplace_back(std::to_string(here.caught));
      row.emplace_back(std::to_string(here.vanished.size()));
      for (const std::string& name : here.vanished)
        if (std::find(names.begin(), names.end(), code(name)) == names.end()) names.push_back(code(name));
    }
    row.emplace_back(fmt::format("{}", fmt::join(names, ", ")));
    table.add(std::move(row));
  }
  return table.markdown();
}

std::string every_mistake_table(const Json& json, Language language) {
  Table table({say(language, "mistake"), say(language, "loss curve"), say(language, "differences"),
               say(language, "first step"), say(language, "later steps"), say(language, "suite"),
               say(language, "diagnosis"), say(language, "what is wrong")});
  for (const Json& mutant : json.at("mutants")) {
    std::vector<Cell> row{code(mutant.at("name"))};
    for (const char* detector : {"loss_curve", "finite_differences", "step_1", "later_steps"})
      row.emplace_back(noticed(mutant, detector) ? "✓" : "·");
    row.emplace_back(noticed(mutant, "suite") ? "✓" : mutant.at("suite_asked").get<bool>() ? "·" : "");
    row.emplace_back(diagnosis_cell(mutant));
    row.emplace_back(description(mutant, language));
    table.add(std::move(row));
  }
  return table.markdown();
}

}  // namespace twin::reports::mistakes
