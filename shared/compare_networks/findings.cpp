#include "shared/compare_networks/findings.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "shared/compare/causes.hpp"

namespace twin {
namespace {

Hypothesis best_of(const Suspect& suspect) {
  if (suspect.actual.shape() != suspect.expected.shape())
    return {Cause("wrong_shape"),
            fmt::format("{} in {}, {} in {}", to_string(suspect.actual.shape()), kManual,
                        to_string(suspect.expected.shape()), kAutograd),
            "a product or a sum runs over the wrong axis", false};
  if (!suspect.supported.empty()) return suspect.supported.front();
  return unexplained(suspect.actual, suspect.expected, {.actual = kManual, .expected = kAutograd});
}

// One mistake shows in many tensors. What is not explained may be something else in each.
struct Told {
  Finding finding;
  std::string also;  // "output.weight, output.bias"

  bool is(const Suspect& suspect) const {
    return finding.cause != "unexplained" &&
           std::any_of(suspect.supported.begin(), suspect.supported.end(),
                       [&](const Hypothesis& h) { return h.cause == finding.cause; });
  }
  void add(const std::string& tensor) { also += (also.empty() ? "" : ", ") + tensor; }
};

}  // namespace

std::vector<Finding> findings_of(const std::vector<Suspect>& suspects) {
  std::vector<Told> all;
  for (const Suspect& suspect : suspects) {
    if (suspect.later) {
      if (all.front().is(suspect)) all.front().add(suspect.tensor);
      continue;
    }
    const Hypothesis best = best_of(suspect);
    const auto same = std::find_if(all.begin(), all.end(), [&](const Told& told) {
      return told.finding.cause == best.cause && told.finding.cause != "unexplained";
    });
    if (same == all.end()) {
      all.push_back({finding(suspect.subject, suspect.expected.size(), best), ""});
      all.back().finding.tensor = suspect.tensor;
    } else {
      same->finding.tensor += ", " + suspect.tensor;
      same->add(suspect.tensor);
    }
  }
  std::vector<Finding> findings;
  for (Told& told : all) {
    if (!told.also.empty()) told.finding.text += "; the same in " + told.also;
    findings.push_back(std::move(told.finding));
  }
  return findings;
}

}  // namespace twin
