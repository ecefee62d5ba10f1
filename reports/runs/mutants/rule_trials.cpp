#include "reports/runs/mutants/rule_trials.hpp"

#include <fmt/format.h>
#include <map>
#include <string>

namespace twin::reports {
namespace {

std::string scale_of(const Json& situation) { return fmt::format("{}", situation.at("scale").get<double>()); }

}  // namespace

Json mutant_by_rules(const Json& situations) {
  Json scales = Json::object();
  std::map<std::string, std::map<std::string, bool>> let_through;  // by scale and rule
  for (const Json& situation : situations) {
    if (!situation.at("changes").get<bool>()) continue;
    const std::string scale = scale_of(situation);
    Json& changes_loss = scales[scale]["changes_loss"];
    changes_loss =
        (changes_loss.is_boolean() && changes_loss.get<bool>()) || situation.at("changes_loss").get<bool>();
    for (const auto& [rule, said] : situation.at("rules").items()) {
      if (!said.at("right").get<bool>()) continue;
      bool& through = let_through[scale].try_emplace(rule, true).first->second;
      through = through && said.at("mutant").get<bool>();
    }
  }
  for (auto& [scale, here] : scales.items()) {
    here["let_through"] = Json::array();
    here["noticed"] = Json::array();
    for (const auto& [rule, through] : let_through[scale])
      here[through ? "let_through" : "noticed"].push_back(rule);
  }
  return scales;
}

Json right_by_rules(const Json& situations) {
  Json scales = Json::object();
  for (const Json& situation : situations)
    for (const auto& [rule, said] : situation.at("rules").items()) {
      Json& counts = scales[scale_of(situation)][rule];
      if (counts.is_null()) counts = {{"networks", 0}, {"refused", 0}, {"zeros", 0}, {"nan", 0}};
      const auto add = [&counts](const char* what, bool one) {
        counts[what] = counts[what].get<int>() + (one ? 1 : 0);
      };
      const bool accepts_right = said.at("right");
      add("networks", true);
      add("refused", !accepts_right);
      add("zeros", accepts_right && said.at("zeros").get<bool>());
      add("nan", accepts_right && said.at("nan").get<bool>());
    }
  return scales;
}

}  // namespace twin::reports
