#include "shared/compare/diagnosis.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

#include "shared/compare/causes.hpp"

namespace twin {
namespace {

std::string entries(std::int64_t count) {
  return count == 1 ? "its only entry" : fmt::format("all {} entries", count);
}

struct Mismatch {
  const Tensor* actual;
  const Tensor* expected;
  std::vector<Hypothesis> supported;
};

// The gradient of one parameter under the name of another.
void find_swaps(std::vector<Mismatch>& mismatches) {
  for (Mismatch& mismatch : mismatches)
    for (const Mismatch& other : mismatches) {
      if (&other == &mismatch || other.expected->shape() != mismatch.expected->shape()) continue;
      if (mismatch.expected->size() > 1 && !differs(*mismatch.actual, *other.expected))
        mismatch.supported.insert(
            mismatch.supported.begin(),
            {Cause("swapped"), fmt::format("it holds the gradient of {}", other.expected->name()),
             "two gradients are exchanged"});
    }
}

}  // namespace

Finding finding(const std::string& tensor, std::int64_t count, const Hypothesis& hypothesis) {
  const std::string where = hypothesis.everywhere ? " in " + entries(count) : "";
  return {hypothesis.cause, tensor,
          fmt::format("{}: {}{}; {}", tensor, hypothesis.statement, where, hypothesis.meaning)};
}

std::vector<Finding> diagnose(const NamedTensors& actual, const NamedTensors& expected,
                              const DiagnosisContext& context) {
  // What is missing in one gradient may be another.
  DiagnosisContext known = context;
  for (const Tensor& tensor : expected)
    if (!known.terms.contains(tensor.name())) known.terms.add(tensor);
  std::vector<Mismatch> mismatches;
  for (const Tensor& tensor : expected)
    if (const Tensor& other = actual.at(tensor.name()); differs(other, tensor))
      mismatches.push_back({&other, &tensor, hypotheses(other, tensor, known)});
  find_swaps(mismatches);

  // The same mistake in many tensors is likelier than a different one in each.
  std::map<std::string, int> votes;
  for (const Mismatch& mismatch : mismatches)
    for (const Hypothesis& hypothesis : mismatch.supported) ++votes[hypothesis.cause];
  struct Group {
    Hypothesis hypothesis;
    std::vector<std::string> tensors;
    std::int64_t entries;
  };
  std::vector<Group> groups;
  for (const Mismatch& mismatch : mismatches) {
    Hypothesis best = unexplained(*mismatch.actual, *mismatch.expected, context);
    int most = 0;
    for (const Hypothesis& hypothesis : mismatch.supported)
      if (votes[hypothesis.cause] > most) {
        most = votes[hypothesis.cause];
        best = hypothesis;
      }
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return group.hypothesis.cause == best.cause && group.hypothesis.statement == best.statement &&
             best.everywhere;
    });
    if (same == groups.end()) {
      groups.push_back({std::move(best), {mismatch.expected->name()}, mismatch.expected->size()});
    } else {
      same->tensors.push_back(mismatch.expected->name());
      same->entries += mismatch.expected->size();
    }
  }
  std::vector<Finding> findings;
  for (const Group& group : groups)
    findings.push_back(
        finding(fmt::format("{}", fmt::join(group.tensors, ", ")), group.entries, group.hypothesis));
  return findings;
}

}  // namespace twin
