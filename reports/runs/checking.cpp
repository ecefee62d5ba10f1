#include "reports/runs/checking.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <map>

#include "reports/backends.hpp"
#include "reports/runs/training.hpp"
#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin::reports {

namespace {

// What is checked in every dtype.
struct Subject {
  std::string name;
  NetworkSpec spec;
  NamedTensors parameters;  // of float64, as the batches are
  std::vector<OwnedBatch> batches;
  bool is_example;
};

// Several, so that sums over the batch are sums.
std::int64_t rows_to_check(const NetworkSpec& spec, std::int64_t batch_size, double flops) {
  constexpr std::int64_t kFewest = 2;
  const auto affordable = static_cast<std::int64_t>(flops / training_step_flops(spec, 1));
  return std::min(batch_size, std::max(kFewest, affordable));
}

// One folder is named. Among networks on several datasets it is the place of those that have a file there;
// the others are where Debian's packages put them.
DatasetOptions data_of(const CatalogueEntry& entry, const CheckingOptions& options) {
  const auto in_folder = [&](const CatalogueEntry& of) { return is_in(of.dataset, options.data.folder); };
  const std::vector<CatalogueEntry>& all = options.named.networks;
  if (in_folder(entry) || std::none_of(all.begin(), all.end(), in_folder)) return options.data;
  return {};
}

Subject subject_of(const CatalogueEntry& entry, const CheckingOptions& options) {
  const Dataset dataset = dataset_for(entry, data_of(entry, options));
  const BatchStream stream(dataset.train, DType::float64, entry.batch_size, options.seed);
  Subject subject{
      entry.name, entry.spec, initial_parameters(entry.spec, DType::float64, options.seed), {}, false};
  subject.spec.mask_seed = options.seed;
  const std::int64_t count = std::min(options.steps, stream.batches_per_epoch());
  const std::int64_t rows = rows_to_check(entry.spec, stream.batch_size(), options.flops);
  for (std::int64_t b = 0; b < count; ++b)
    subject.batches.push_back(slice(dataset.train, DType::float64, b * stream.batch_size(), rows));
  return subject;
}

Subject subject_of(const Stem& stem, const Example& example, const CheckingOptions& options) {
  constexpr std::int64_t kBatches = 3;
  Subject subject{name_of(stem, example),
                  example.spec,
                  initial_parameters(example, DType::float64, options.seed),
                  {},
                  true};
  subject.spec.mask_seed = options.seed;
  for (std::int64_t b = 0; b < std::min(options.steps, kBatches); ++b)
    subject.batches.push_back(
        random_batch(example, DType::float64, options.seed, static_cast<std::uint32_t>(b)));
  return subject;
}

// Why the twins differ. It is asked in float64, whatever the dtype of the check that failed.
std::vector<Finding> findings_of(const Subject& subject, const CheckingOptions& options) {
  std::vector<Finding> findings =
      diagnose_twins(twins(), subject.spec, subject.parameters, subject.batches,
                     {.device = options.device, .steps = options.steps, .seed = options.seed});
  if (findings.empty())
    findings.push_back(
        {"rounding", "",
         "In float64, on one step after the other, the twins agree: it is a matter of rounding, of "
         "the precision, or of what earlier calls left behind."});
  return findings;
}

// What says how tight a bound is: manual against another.
bool measures_a_bound(const CheckRow& row) { return row.twin == "manual" && row.oracle != "itself"; }

// What the diagnosis says of the tensor of a failed row; of another, when that came first.
std::string diagnosis_of(const CheckRow& row, const NetworkCheck& check) {
  if (!row.failed() || check.findings.empty()) return "";
  for (const Finding& finding : check.findings)
    if (finding.tensor == row.tensor) return finding.text;
  return check.findings.front().text;
}

}  // namespace

std::vector<Tightness> tightness(const NetworkCheck& check) {
  std::vector<Tightness> all;
  std::vector<std::vector<double>> shares;
  for (const CheckRow& row : check.rows) {
    if (!measures_a_bound(row)) continue;
    std::size_t i = 0;
    while (i < all.size() &&
           (all[i].quantity != row.quantity || all[i].tensor != row.tensor || all[i].oracle != row.oracle))
      ++i;
    if (i == all.size()) {
      all.push_back({check.network, check.dtype, row.quantity, row.tensor, row.oracle});
      shares.emplace_back();
    }
    shares[i].push_back(row.share());
    all[i].largest_derived_share = std::max(all[i].largest_derived_share, row.derived_share);
    all[i].largest_rel = std::max(all[i].largest_rel, row.gap.max_rel());
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::sort(shares[i].begin(), shares[i].end());
    all[i].rows = shares[i].size();
    all[i].largest_share = shares[i].back();
    all[i].median_share = shares[i][shares[i].size() / 2];
  }
  return all;
}

ShareHistogram share_histogram(const std::vector<NetworkCheck>& checks, DType dtype) {
  ShareHistogram histogram{std::vector<std::size_t>(ShareHistogram::kDecades + 2)};
  for (const NetworkCheck& check : checks) {
    if (check.dtype != dtype) continue;
    for (const CheckRow& row : check.rows) {
      if (!measures_a_bound(row)) continue;
      const double s = row.share();
      std::size_t decade = ShareHistogram::kDecades + 1;
      if (s > 0)
        decade = s >= 1 ? 0
                        : std::min<std::size_t>(static_cast<std::size_t>(std::floor(-std::log10(s))) + 1,
                                                ShareHistogram::kDecades);
      ++histogram.counts[decade];
    }
  }
  return histogram;
}

std::string decade_name(std::size_t decade) {
  if (decade == 0) return "1 or more";
  if (decade > ShareHistogram::kDecades) return "no gap";
  const double high = std::pow(10.0, 1 - static_cast<double>(decade));
  if (decade == ShareHistogram::kDecades) return fmt::format("below {:g}", high);
  return fmt::format("{:g} to {:g}", high / 10, high);
}

std::vector<NetworkCheck> run_checking(const CheckingOptions& options,
                                       const std::function<void(std::int64_t, std::int64_t)>& on_network) {
  if (options.steps < 1) throw UsageError(fmt::format("--steps is {}", options.steps), {}, "give 1 or more");
  device_of(*twins().autograd, options.device);
  std::size_t subjects = options.named.networks.size();
  for (const Stem& stem : options.named.stems) subjects += stem.examples.size();
  const auto total = static_cast<std::int64_t>(subjects * options.dtypes.size());
  std::vector<NetworkCheck> checks;
  const auto check = [&](const Subject& subject) {
    std::vector<Finding> findings;  // of all dtypes
    for (const DType dtype : options.dtypes) {
      on_network(static_cast<std::int64_t>(checks.size()), total);
      NetworkCheck& result = checks.emplace_back(
          NetworkCheck{subject.name, dtype,
                       check_equivalence(twins(), subject.spec, subject.parameters, subject.batches,
                                         {.dtype = dtype,
                                          .device = options.device,
                                          .steps = options.steps,
                                          .repeats = options.threads == 1,
                                          .seed = options.seed}),
                       subject.is_example});
      if (std::none_of(result.rows.begin(), result.rows.end(), std::mem_fn(&CheckRow::failed))) continue;
      if (findings.empty()) findings = findings_of(subject, options);
      result.culprit = culprit(result.rows, "manual", "autograd");
      result.findings = findings;
    }
  };
  for (const CatalogueEntry& entry : options.named.networks) check(subject_of(entry, options));
  for (const Stem& stem : options.named.stems)
    for (const Example& example : stem.examples) check(subject_of(stem, example, options));
  return checks;
}

bool all_passed(const std::vector<NetworkCheck>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const NetworkCheck& check) {
    return std::none_of(check.rows.begin(), check.rows.end(), std::mem_fn(&CheckRow::failed));
  });
}

Json options_json(const CheckingOptions& options) {
  Json networks = Json::array(), stems = Json::array(), dtypes = Json::array();
  for (const CatalogueEntry& entry : options.named.networks) networks.push_back(entry.name);
  for (const Stem& stem : options.named.stems) stems.push_back(stem.name);
  for (const DType dtype : options.dtypes) dtypes.push_back(to_string(dtype));
  return {{"networks", std::move(networks)},     {"stems", std::move(stems)}, {"dtypes", std::move(dtypes)},
          {"device", to_string(options.device)}, {"steps", options.steps},    {"seed", options.seed}};
}

Json result_json(const std::vector<NetworkCheck>& checks, Device device) {
  Json rows = Json::array(), findings = Json::array(), tight = Json::array();
  std::map<Verdict, int> counts;
  for (const NetworkCheck& check : checks) {
    for (const CheckRow& row : check.rows) {
      ++counts[row.verdict];
      Json json{{"network", check.network},
                {"dtype", to_string(check.dtype)},
                {"device", to_string(device)},
                {"quantity", row.quantity},
                {"tensor", row.tensor},
                {"step", row.step},
                {"twin", row.twin},
                {"oracle", row.oracle}};
      json.update(json_of(row));
      json.update({{"derived_share", row.derived_share},
                   {"unchecked_share", row.unchecked_share},
                   {"diagnosis", diagnosis_of(row, check)}});
      rows.push_back(std::move(json));
    }
    for (const Finding& finding : check.findings) {
      Json json{{"network", check.network}, {"dtype", to_string(check.dtype)}, {"culprit", check.culprit}};
      json.update(json_of(finding));
      findings.push_back(std::move(json));
    }
    for (const Tightness& t : tightness(check))
      tight.push_back({{"network", t.network},
                       {"dtype", to_string(t.dtype)},
                       {"quantity", t.quantity},
                       {"tensor", t.tensor},
                       {"oracle", t.oracle},
                       {"rows", t.rows},
                       {"largest_share", t.largest_share},
                       {"median_share", t.median_share},
                       {"largest_derived_share", t.largest_derived_share},
                       {"largest_rel", t.largest_rel}});
  }
  Json distribution;
  for (const DType dtype : {DType::float64, DType::float32}) {
    const ShareHistogram histogram = share_histogram(checks, dtype);
    Json decades = Json::array();
    for (std::size_t decade = 0; decade < histogram.counts.size(); ++decade)
      decades.push_back({{"share", decade_name(decade)}, {"rows", histogram.counts[decade]}});
    distribution[std::string(to_string(dtype))] = std::move(decades);
  }
  return {{"checks", std::move(rows)},
          {"findings", std::move(findings)},
          {"tightness", std::move(tight)},
          {"distribution", std::move(distribution)},
          {"passed", counts[Verdict::pass]},
          {"failed", counts[Verdict::fail]},
          {"unchecked", counts[Verdict::unchecked]},
          {"kinks", counts[Verdict::kink]}};
}

}  // namespace twin::reports
