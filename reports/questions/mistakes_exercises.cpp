#include <algorithm>
#include <fmt/ranges.h>
#include <set>

#include "reports/page/markup.hpp"
#include "reports/questions/mistakes.hpp"
#include "reports/runs/sources.hpp"

namespace twin::reports::mistakes {
namespace {

constexpr std::size_t kExercises = 6, kMostLines = 12;

// One place, a few lines, and a formula that the code can be held against.
bool can_be_shown(const Json& mutant) {
  const Json& snippet = mutant.at("snippet");
  if (snippet.is_null() || mutant.at("diagnosis").empty() || !checked(mutant)) return false;
  const std::string formula = mutant.at("right");
  return std::max(lines_of(snippet.at("wrong")).size(), lines_of(snippet.at("right")).size()) <= kMostLines &&
         (formula.find('=') != std::string::npos || formula.find("←") != std::string::npos);
}

// What is silent teaches most; then what is wrong in a derivation of the networks that learners meet first.
int rank(const Json& json, const Json& mutant) {
  if (silent(json, mutant)) return 0;
  if (!is_framework(mutant, "derived")) return 3;
  return changes_training(json, mutant) ? 1 : 2;
}

std::string code_block(const Json& code) { return "```cpp\n" + code.get<std::string>() + "```\n"; }

std::string noticed_by(const Json& mutant, Language language) {
  std::vector<std::string> names;
  if (noticed(mutant, "loss_curve")) names.push_back(say(language, "the loss curve"));
  if (noticed(mutant, "finite_differences")) names.push_back(say(language, "finite differences of the loss"));
  if (noticed(mutant, "step_1"))
    names.push_back(say(language, "the comparison with autograd at the first step"));
  else if (noticed(mutant, "later_steps"))
    names.push_back(say(language, "the comparison with autograd, after the first step alone"));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string training_sentence(const Json& json, const Json& mutant, Language language) {
  if (!changes_training(json, mutant))
    return say(language,
               "XOR and Fashion-MNIST learn as before: they are not made of this part, or it does "
               "no harm there.");
  return noticed(mutant, "loss_curve")
             ? say(language, "The loss curve shows it: XOR or Fashion-MNIST learns worse, or not at all.")
             : say(language,
                   "The loss curve does not show it: XOR and Fashion-MNIST learn as if nothing were "
                   "wrong.");
}

std::string exercise_text(const Json& json, const Json& mutant, std::size_t number, Language language) {
  const Json& snippet = mutant.at("snippet");
  const std::string answer =
      say(language, "What is wrong: {}.", description(mutant, language)) + "\n\n" +
      say(language, "The right code:") + "\n\n" + code_block(snippet.at("right")) + "\n" +
      training_sentence(json, mutant, language) + "\n\n" +
      say(language, "Who notices: {}. The mark that it leaves, in the words of `twin check`:",
          noticed_by(mutant, language)) +
      "\n\n> " + mutant.at("diagnosis").front().at("text").get<std::string>() + "\n";
  return say(language, "**{}. A mistake in `{}`.** The code should compute `{}`. What goes wrong here?",
             number, snippet.at("file").get<std::string>(), mutant.at("right").get<std::string>()) +
         "\n\n" + code_block(snippet.at("wrong")) + "\n" + details(say(language, "Answer"), answer) + "\n";
}

}  // namespace

Mutants exercises(const Json& json) {
  Mutants candidates = those(json, can_be_shown);
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](const Json& a, const Json& b) { return rank(json, a) < rank(json, b); });
  std::set<std::string> stems;
  Mutants chosen;
  for (Json& mutant : candidates)
    if (chosen.size() < kExercises && stems.insert(mutant.at("stem")).second)
      chosen.push_back(std::move(mutant));
  return chosen;
}

std::string exercises_text(const Json& json, Language language) {
  std::string text;
  std::size_t number = 0;
  for (const Json& mutant : exercises(json)) text += exercise_text(json, mutant, ++number, language);
  return text;
}

}  // namespace twin::reports::mistakes
