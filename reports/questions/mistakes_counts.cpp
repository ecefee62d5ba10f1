#include <algorithm>

#include "reports/questions/mistakes.hpp"
#include "shared/stems.hpp"

namespace twin::reports::mistakes {

int count_all(const Json& json) { return static_cast<int>(json.at("mutants").size()); }

bool noticed(const Json& mutant, std::string_view detector) {
  return mutant.at("detectors").at(std::string(detector));
}

bool checked(const Json& mutant) {
  return noticed(mutant, "finite_differences") || noticed(mutant, "step_1") || noticed(mutant, "later_steps");
}

bool in_network(const Json& mutant) { return mutant.at("part") != "data"; }

bool changes_training(const Json& json, const Json& mutant) {
  const Json& right = json.at("baseline");
  return mutant.at("xor") != right.at("xor") || mutant.at("fashion") != right.at("fashion");
}

bool silent(const Json& json, const Json& mutant) {
  return in_network(mutant) && changes_training(json, mutant) && !noticed(mutant, "loss_curve");
}

bool is_framework(const Json& mutant, std::string_view who) { return mutant.at("framework") == who; }

InTraining in_training(const Json& json) {
  InTraining result;
  for (const Json& mutant : json.at("mutants")) {
    if (!in_network(mutant)) continue;
    ++result.network;
    result.changed += changes_training(json, mutant);
    result.silent += silent(json, mutant);
    result.checked += checked(mutant);
  }
  return result;
}

Diagnosed diagnosed(const Json& json, bool held_out_alone) {
  Diagnosed result;
  for (const Json& mutant : json.at("mutants")) {
    if (held_out_alone && !mutant.at("held_out").get<bool>()) continue;
    const std::string said = mutant.at("diagnosed");
    if (said == "right")
      ++result.right;
    else if (said == "wrong")
      ++result.wrong;
    else if (checked(mutant))
      ++result.none;
  }
  return result;
}

namespace {

// A loss has no parameters, and neither has an activation: of these there is no gradient but that by the
// inputs.
bool has_parameters(const Json& mutant) {
  const Stem* stem = find_stem(mutant.at("stem").get<std::string>());
  return !stem || std::any_of(stem->examples.begin(), stem->examples.end(), [](const Example& example) {
    return !parameters_of(example.spec.layers).empty();
  });
}

}  // namespace

Weakened weakened(const Json& json, std::string_view part, std::string_view weakening) {
  Weakened result;
  for (const Json& mutant : json.at("mutants")) {
    const Json& steps = mutant.at("weak_checks").at(std::string(part)).at(std::string(weakening));
    if (steps.at("full").is_null()) continue;
    const bool vanishes = steps.at("weak").is_null();
    if (vanishes && weakening == "no_input_gradient" && !has_parameters(mutant)) {
      ++result.nothing_left;
      continue;
    }
    ++result.caught;
    if (vanishes) result.vanished.push_back(mutant.at("name"));
  }
  return result;
}

}  // namespace twin::reports::mistakes
