#include "reports/runs/traced_step.hpp"

#include <algorithm>

namespace twin::reports {
namespace {

bool same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.to_doubles() == b.to_doubles();
}

// What a layer is given another has computed, as a rule. Which of these values stands nowhere before it?
std::vector<bool> new_values(const Trace& trace) {
  std::vector<bool> is_new;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const bool given = trace[i].role == Role::input || trace[i].role == Role::output_gradient;
    const auto here = trace.begin() + static_cast<std::ptrdiff_t>(i);
    is_new.push_back(!given || std::none_of(trace.begin(), here, [&](const TraceEntry& before) {
      return same(before.value, trace[i].value);
    }));
  }
  return is_new;
}

Trace chosen(Trace trace, const std::vector<bool>& wanted) {
  Trace result;
  for (std::size_t i = 0; i < trace.size(); ++i)
    if (wanted[i]) result.push_back(std::move(trace[i]));
  return result;
}

}  // namespace

TracedStep traced_step(const std::vector<std::unique_ptr<Network>>& networks, const Batch& batch) {
  Trace manual = networks[0]->trace_step(batch), autograd = networks[1]->trace_step(batch);
  const std::vector<bool> wanted = new_values(manual);
  return {chosen(std::move(manual), wanted), chosen(std::move(autograd), wanted)};
}

Json json_of(const Trace& trace) {
  Json entries = Json::array();
  for (const TraceEntry& entry : trace)
    entries.push_back({{"step", entry.step},
                       {"quantity", entry.quantity()},
                       {"formula", entry.formula},
                       {"shape", entry.value.shape()},
                       {"values", entry.value.to_doubles()}});
  return entries;
}

}  // namespace twin::reports
