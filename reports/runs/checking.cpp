#include "reports/runs/checking.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "reports/backends.hpp"
#include "reports/runs/training.hpp"
#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin::reports {

std::vector<NetworkCheck> run_checking(const CheckingOptions& options,
                                       const std::function<void(std::int64_t, std::int64_t)>& on_network) {
  if (options.steps < 1) throw UsageError(fmt::format("--steps is {}", options.steps), {}, "give 1 or more");
  device_of(*twins().autograd, options.device);
  std::vector<NetworkCheck> checks;
  const auto total = static_cast<std::int64_t>(options.networks.size() * options.dtypes.size());
  for (const CatalogueEntry& entry : options.networks) {
    const Dataset dataset = dataset_for(entry, options.data);
    BatchStream stream(dataset.train, DType::float64, entry.batch_size, options.seed);
    std::vector<OwnedBatch> batches;
    const std::int64_t count = std::min(options.steps, stream.batches_per_epoch());
    for (std::int64_t b = 0; b < count; ++b)
      batches.push_back(slice(dataset.train, DType::float64, b * stream.batch_size(), stream.batch_size()));
    const NamedTensors parameters = initial_parameters(entry.spec, DType::float64, options.seed);
    for (const DType dtype : options.dtypes) {
      on_network(static_cast<std::int64_t>(checks.size()), total);
      checks.push_back({entry.name, dtype,
                        check_equivalence(twins(), entry.spec, parameters, batches,
                                          {.dtype = dtype,
                                           .device = options.device,
                                           .steps = options.steps,
                                           .finite_differences = true,
                                           .seed = options.seed})});
    }
  }
  return checks;
}

bool all_passed(const std::vector<NetworkCheck>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const NetworkCheck& check) {
    return std::none_of(check.rows.begin(), check.rows.end(),
                        [](const CheckRow& row) { return row.verdict == Verdict::fail; });
  });
}

Json options_json(const CheckingOptions& options) {
  Json networks = Json::array(), dtypes = Json::array();
  for (const CatalogueEntry& entry : options.networks) networks.push_back(entry.name);
  for (const DType dtype : options.dtypes) dtypes.push_back(to_string(dtype));
  return {{"networks", std::move(networks)},
          {"dtypes", std::move(dtypes)},
          {"device", to_string(options.device)},
          {"steps", options.steps},
          {"seed", options.seed}};
}

Json result_json(const std::vector<NetworkCheck>& checks, Device device) {
  Json rows = Json::array();
  std::map<Verdict, int> counts;
  for (const NetworkCheck& check : checks) {
    for (const CheckRow& row : check.rows) {
      ++counts[row.verdict];
      rows.push_back({{"network", check.network},
                      {"dtype", to_string(check.dtype)},
                      {"device", to_string(device)},
                      {"quantity", row.quantity},
                      {"tensor", row.tensor},
                      {"step", row.step},
                      {"twin", row.twin},
                      {"oracle", row.oracle},
                      {"max_abs", row.gap.max_abs},
                      {"max_rel", row.gap.max_rel()},
                      {"index", row.gap.index},
                      {"actual", row.gap.actual},
                      {"expected", row.gap.reference},
                      {"bound", row.bound},
                      {"unchecked_share", row.unchecked_share},
                      {"verdict", to_string(row.verdict)},
                      {"ok", row.verdict == Verdict::pass}});
    }
  }
  return {{"checks", std::move(rows)},
          {"passed", counts[Verdict::pass]},
          {"failed", counts[Verdict::fail]},
          {"unchecked", counts[Verdict::unchecked]}};
}

}  // namespace twin::reports
