// What the study of mistakes says, counted; and the pieces of its answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/questions/question.hpp"

namespace twin::reports::mistakes {

using Mutants = std::vector<Json>;

/// Those that `holds`, in their order.
template <typename Holds>
Mutants those(const Json& json, const Holds& holds) {
  Mutants result;
  for (const Json& mutant : json.at("mutants"))
    if (holds(mutant)) result.push_back(mutant);
  return result;
}
template <typename Holds>
int count(const Json& json, const Holds& holds) {
  return static_cast<int>(those(json, holds).size());
}
int count_all(const Json& json);

bool noticed(const Json& mutant, std::string_view detector);
/// By finite differences or by the comparison with autograd.
bool checked(const Json& mutant);
/// In a layer, a loss, an optimiser or the chain between them; not in the data or the initial weights.
bool in_network(const Json& mutant);
/// XOR or Fashion-MNIST learns in another way than with the right code.
bool changes_training(const Json& json, const Json& mutant);
/// It changes how they learn, and no loss curve shows it.
bool silent(const Json& json, const Json& mutant);

bool is_framework(const Json& mutant, std::string_view who);  // "derived", "brought", "left"

/// Of the mistakes in the network's own code.
struct InTraining {
  int network = 0;  // of them all
  int changed = 0;  // that change how XOR or Fashion-MNIST learns
  int silent = 0;   // of these
  int checked = 0;  // of them all, noticed by a gradient check
};
InTraining in_training(const Json& json);

/// How many causes of those that were asked for are right: of all, or of those held out.
struct Diagnosed {
  int right = 0, wrong = 0, none = 0;
  int asked() const { return right + wrong + none; }
};
Diagnosed diagnosed(const Json& json, bool held_out_alone);

/// A way to check less closely, tried on single layers ("layer") or on small networks ("network").
struct Weakened {
  int caught = 0;  // by the whole check, of those that the weakened one has something left to look at
  std::vector<std::string> vanished;
  int nothing_left = 0;  // not counted in either: the weakened check has nothing left to look at
};
Weakened weakened(const Json& json, std::string_view part, std::string_view weakening);

/// A way to weaken a check, by its name in the study.
struct Weakening {
  const char* field;
  Text name;
};
inline constexpr Weakening kWeakenings[] = {
    {"ones_upstream", translatable("a gradient of ones from above")},
    {"zero_weights", translatable("initial weights of 0")},
    {"float32", translatable("float32 alone")},
    {"no_input_gradient", translatable("no look at the gradient by the inputs")}};

/// "sigmoid-derivative-twice" is its name in code: no letter of it is Markdown.
std::string code(const std::string& name);
std::string description(const Json& mutant, Language language);

// Pieces of the answer, as Markdown.
std::string detectors_table(const Json& json, Language language);
std::string silent_table(const Json& json, Language language);
std::string framework_table(const Json& json, Language language);
std::string left_table(const Json& json, Language language);
std::string weak_table(const Json& json, Language language);
std::string every_mistake_table(const Json& json, Language language);

/// Mistakes to find before the answer is opened: the silent ones first, no two of a stem.
Mutants exercises(const Json& json);
std::string exercises_text(const Json& json, Language language);

}  // namespace twin::reports::mistakes
