#include "reports/runs/mutants/weak_checks.hpp"

#include <algorithm>
#include <array>

namespace twin::reports {
namespace {

constexpr auto kWeakenings =
    std::to_array<const char*>({"ones_upstream", "zero_weights", "float32", "no_input_gradient"});

const char* part_of(bool alone) { return alone ? "layer" : "network"; }

}  // namespace

std::vector<WeakCheck> weak_checks_of(const Json& situations) {
  const auto add = [](std::optional<int>& earliest, int step) {
    if (step > 0) earliest = std::min(earliest.value_or(step), step);
  };
  std::vector<WeakCheck> checks;
  for (const bool alone : {true, false})
    for (const char* weakening : kWeakenings) {
      WeakCheck check{weakening, alone, {}, {}};
      for (const Json& situation : situations) {
        if (situation.at("alone") != alone || !situation.at("weak").contains(weakening)) continue;
        add(check.full, situation.at("full"));
        add(check.weak, situation.at("weak").at(weakening));
      }
      checks.push_back(std::move(check));
    }
  return checks;
}

Json json_of(const std::vector<WeakCheck>& checks) {
  const auto step = [](const std::optional<int>& value) { return value ? Json(*value) : Json(); };
  Json json;
  for (const WeakCheck& check : checks)
    json[part_of(check.alone)][check.weakening] = {{"full", step(check.full)}, {"weak", step(check.weak)}};
  return json;
}

Json weak_counts(const std::vector<WeaklyChecked>& mutants) {
  Json counts;
  for (const bool alone : {true, false})
    for (const char* weakening : kWeakenings)
      counts[part_of(alone)][weakening] = {
          {"caught", 0}, {"later", Json::array()}, {"vanished", Json::array()}};
  for (const auto& [name, checks] : mutants)
    for (const WeakCheck& check : checks) {
      if (!check.full) continue;
      Json& count = counts[part_of(check.alone)][check.weakening];
      count["caught"] = count["caught"].get<int>() + 1;
      if (!check.weak)
        count["vanished"].push_back(name);
      else if (*check.weak > *check.full)
        count["later"].push_back(name);
    }
  return counts;
}

}  // namespace twin::reports
