#include "rules.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "networks.hpp"
#include "shared/compare/other_rules.hpp"
#include "shared/compare_networks/rounding.hpp"

namespace twin::mutants {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kInput = "input";  // what Gradients::input is called
constexpr const char* kOwnRule = "twingrad";

// An exception is noticed as well as a number.
template <typename Look>
bool lets_through(const Look& look) {
  try {
    return look();
  } catch (const std::exception&) {
    return false;
  }
}

/// One twin on the first batch of a subject, in one dtype.
class Side {
 public:
  Side(const Backend& backend, const Subject& subject, DType dtype)
      : batch_(subject.batches.front().as(dtype)),
        network_(backend.build(subject.spec, dtype, Device::cpu)),
        point_(subject.parameters.as(dtype)) {
    network_->load_parameters(point_);
    gradients_ = network_->gradients(batch_.view());
    if (gradients_.input) point_.add(batch_.inputs.renamed(kInput));
    for (const Tensor& tensor : batch_.further) point_.add(tensor);
  }

  double loss() const { return gradients_.loss; }
  NamedTensors gradients(bool of_parameters, bool of_inputs) const {
    NamedTensors chosen;
    if (of_parameters)
      for (const Tensor& gradient : gradients_.parameters) chosen.add(gradient);
    if (of_inputs && gradients_.input) chosen.add(*gradients_.input);
    if (of_inputs)
      for (const Tensor& gradient : gradients_.further) chosen.add(gradient);
    return chosen;
  }

  NamedTensors differences(const OtherRule& rule, const NamedTensors& gradients) const {
    NamedTensors further = batch_.further;
    const LossFunction loss = [&](const NamedTensors& moved) {
      network_->load_parameters(moved);
      for (Tensor& tensor : further) tensor = moved.at(tensor.name());
      const TensorView inputs = gradients_.input ? moved.at(kInput).view() : batch_.inputs.view();
      return network_->loss({inputs, batch_.targets.view(), further.size() > 0 ? &further : nullptr});
    };
    return rule.differences(loss, point_, gradients);
  }

 private:
  OwnedBatch batch_;
  std::unique_ptr<Network> network_;
  NamedTensors point_;
  Gradients gradients_;
};

std::optional<Side> side_of(const Backend& backend, const Subject& subject, DType dtype) {
  try {
    return std::optional<Side>(std::in_place, backend, subject, dtype);
  } catch (const std::exception&) {
    return {};
  }
}

double largest_of(const NamedTensors& tensors) {
  double largest = 0;
  for (const Tensor& tensor : tensors)
    for (const double value : tensor.to_doubles()) largest = std::max(largest, std::abs(value));
  return largest;
}

bool fit(const NamedTensors& gradients, const NamedTensors& right) {
  return gradients.size() == right.size() &&
         std::equal(gradients.begin(), gradients.end(), right.begin(), [](const Tensor& a, const Tensor& b) {
           return a.name() == b.name() && a.shape() == b.shape();
         });
}

// By more than rounding: a share of the largest element of all the gradients, for where terms cancel the
// rounding of a single tensor is as large as the tensor.
constexpr double kChanged = 1e-9;

bool changes_a_gradient(const NamedTensors& gradients, const NamedTensors& right) {
  if (!fit(gradients, right)) return true;
  const double least = kChanged * largest_of(right);
  return !std::all_of(right.begin(), right.end(), [&](const Tensor& tensor) {
    const std::vector<double> a = tensor.to_doubles(), g = gradients.at(tensor.name()).to_doubles();
    return std::equal(a.begin(), a.end(), g.begin(),
                      [&](double x, double y) { return std::abs(x - y) <= least; });
  });
}

NamedTensors filled(const NamedTensors& tensors, double value) {
  NamedTensors all;
  for (const Tensor& tensor : tensors)
    all.add(Tensor(tensor.name(), tensor.shape(),
                   std::vector<double>(static_cast<std::size_t>(tensor.size()), value))
                .as(tensor.dtype()));
  return all;
}

// `accepts(gradients)` of the twins, of zeros and of NaN. `mutant`: as accepts() has it of the twin's own
// gradients.
template <typename Accepts, typename AcceptsMutant>
Json verdicts(const NamedTensors& right, bool changes, const Accepts& accepts, const AcceptsMutant& mutant) {
  Json said{{"right", lets_through([&] { return accepts(right); })}};
  if (changes) said["mutant"] = lets_through(mutant);
  said["zeros"] = lets_through([&] { return accepts(filled(right, 0)); });
  said["nan"] =
      lets_through([&] { return accepts(filled(right, std::numeric_limits<double>::quiet_NaN())); });
  return said;
}

Json by_another_rule(const OtherRule& rule, const Side& right, const std::optional<Side>& manual,
                     bool changes) {
  const NamedTensors expected = right.gradients(rule.parameters, rule.inputs);
  if (largest_of(expected) == 0) return {};
  const NamedTensors against = rule.differences ? right.differences(rule, expected) : expected;
  return verdicts(
      expected, changes, [&](const NamedTensors& gradients) { return rule.accepts(gradients, against); },
      [&] {
        if (!manual) return false;
        const NamedTensors gradients = manual->gradients(rule.parameters, rule.inputs);
        return fit(gradients, expected) &&
               rule.accepts(gradients, rule.differences ? manual->differences(rule, expected) : expected);
      });
}

// As check_equivalence() judges the gradients of the first batch.
Json by_the_own_rule(const Twins& twins, const Subject& subject, const Side& right,
                     const std::optional<Side>& manual, bool changes) {
  const NamedTensors expected = right.gradients(true, true);
  if (largest_of(expected) == 0) return {};
  std::optional<StepErrors> errors;
  try {
    const std::unique_ptr<Network> fresh = twins.manual.build(subject.spec, DType::float64, Device::cpu);
    fresh->load_parameters(subject.parameters);
    errors = twins.errors(subject.spec, state_of(*fresh), subject.batches.front().view(), {});
  } catch (const std::exception&) {
    return {{"right", true}, {"mutant", false}, {"zeros", false}, {"nan", false}};
  }
  const auto accepts = [&](const NamedTensors& gradients) {
    return std::all_of(expected.begin(), expected.end(), [&](const Tensor& tensor) {
      const std::string& name = tensor.name();
      std::vector<RunningError> bounds = bounds_of(errors->gradients, name);
      if (name == kInput && bounds.empty()) bounds = errors->input_gradient;
      if (bounds.empty()) bounds = bounds_of(errors->further_gradients, name);
      return !judge_float64(gradients.at(name), tensor, bounds).failed();
    });
  };
  return verdicts(expected, changes, accepts, [&] {
    if (!manual) return false;
    const NamedTensors gradients = manual->gradients(true, true);
    return fit(gradients, expected) && accepts(gradients);
  });
}

Json at_a_scale(const Twins& twins, Subject subject, double scale) {
  if (scale != 1)
    for (double& target : subject.batches.front().targets.data<double>()) target *= scale;
  const Side right64(*twins.autograd, subject, DType::float64);
  const Side right32(*twins.autograd, subject, DType::float32);
  const std::optional<Side> manual64 = side_of(twins.manual, subject, DType::float64);
  const std::optional<Side> manual32 = side_of(twins.manual, subject, DType::float32);
  const NamedTensors expected = right64.gradients(true, true);
  const bool changes =
      !manual64 || !manual32 || changes_a_gradient(manual64->gradients(true, true), expected);
  const bool changes_loss =
      !manual64 || !(std::abs(manual64->loss() - right64.loss()) <= kChanged * std::abs(right64.loss()));
  Json rules = Json::object();
  const auto add = [&](const std::string& name, Json said) {
    if (!said.is_null()) rules[name] = std::move(said);
  };
  for (const OtherRule& rule : other_rules()) {
    const bool wide = rule.dtype == DType::float64;
    add(rule.name, by_another_rule(rule, wide ? right64 : right32, wide ? manual64 : manual32, changes));
  }
  add(kOwnRule, by_the_own_rule(twins, subject, right64, manual64, changes));
  return {{"situation", subject.name},
          {"scale", scale},
          {"changes", changes},
          {"changes_loss", changes_loss},
          {"rules", std::move(rules)}};
}

std::int64_t gradients_in(const Subject& subject) {
  return subject.parameters.element_count() + subject.batches.front().inputs.size() +
         subject.batches.front().further.element_count();
}

// Some rules compute the loss several times for each gradient: of each name, the networks that have few, or
// the smallest.
std::vector<Situation> small_situations(const std::vector<std::string>& names) {
  constexpr std::int64_t kFew = 150;
  std::vector<Situation> all;
  for (const std::string& name : names) {
    std::vector<Situation> here = weak_situations({name});
    std::int64_t most = kFew;
    if (!here.empty()) {
      const auto smallest = std::min_element(here.begin(), here.end(), [](const auto& a, const auto& b) {
        return gradients_in(a.subject) < gradients_in(b.subject);
      });
      most = std::max(most, gradients_in(smallest->subject));
    }
    for (Situation& situation : here)
      if (gradients_in(situation.subject) <= most) all.push_back(std::move(situation));
  }
  return all;
}

}  // namespace

nlohmann::ordered_json try_other_rules(const Twins& twins, const std::vector<std::string>& names) {
  Json rows = Json::array();
  for (const auto& [subject, alone, upstream] : small_situations(names))
    for (const double scale : {1.0, 1e-2, 1e-4})
      if (scale == 1 || upstream) rows.push_back(at_a_scale(twins, subject, scale));
  return {{"situations", std::move(rows)}};
}

}  // namespace twin::mutants
