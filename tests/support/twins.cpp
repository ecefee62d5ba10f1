#include "tests/support/twins.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <optional>

#include "manual/backend.hpp"
#include "manual/error_bounds.hpp"
#include "shared/compare/tolerances.hpp"
#include "shared/data/dataset.hpp"
#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/tensors/one_ulp_away.hpp"
#ifdef TWINGRAD_AUTOGRAD
#include "autograd/backend.hpp"
#endif

namespace twin {
namespace {

std::string describe(const CheckRow& row) {
  return fmt::format(
      "{} {} against {}: {} {} at step {}: |{:.17g} - {:.17g}| = {:.3g}, bound {:.3g}, element {}\n",
      to_string(row.verdict), row.twin, row.oracle, row.quantity, row.tensor, row.step, row.gap.actual,
      row.gap.reference, row.gap.max_abs, row.bound, row.gap.index);
}

}  // namespace

const Twins& twins() {
#ifdef TWINGRAD_AUTOGRAD
  static const Twins both{manual::backend(), &autograd::backend(), manual::step_errors};
#else
  static const Twins both{manual::backend(), nullptr, manual::step_errors};
#endif
  return both;
}

std::vector<const Backend*> backends() {
  std::vector<const Backend*> all{&twins().manual};
  if (twins().autograd) all.push_back(twins().autograd);
  return all;
}

std::string backend_name(const testing::TestParamInfo<const Backend*>& info) {
  return std::string(info.param->name());
}

RandomCase random_case(const NetworkSpec& spec, std::int64_t rows, std::int64_t features, Seed seed,
                       std::size_t batch_count) {
  NetworkSpec biased = spec;
  biased.initialiser = UniformInitialiser{.bound = 1};
  RandomCase result{initial_parameters(biased, DType::float64, seed), {}};
  for (std::uint32_t b = 0; b < batch_count; ++b)
    result.batches.push_back(random_batch(spec, rows, DType::float64, seed, b, features));
  return result;
}

RandomNetwork random_mlp(Seed seed) {
  constexpr std::int64_t kWidths[] = {1, 2, 3, 5, 7, 11, 13, 31};
  constexpr std::int64_t kRows[] = {1, 2, 7, 19};
  const RandomStream choices(seed, Purpose::choices);
  std::vector<std::int64_t> widths;
  for (std::uint64_t i = 0; i < 2 + seed % 5; ++i) widths.push_back(kWidths[choices.below(i, 8)]);
  if (widths.back() == 1 && seed % 2 == 0) widths.back() = 2;  // one class is always right: nothing to see
  const LossSpec loss = seed % 2 ? LossSpec(MseLossSpec{}) : LossSpec(CrossEntropyLossSpec{});
  // Momentum makes steps ten times as long. Longer ones would be chaotic, and a free run show nothing.
  const SgdSpec optimizer = seed / 2 % 2 ? SgdSpec{.lr = 0.03, .momentum = 0.9} : SgdSpec{.lr = 0.3};
  NetworkSpec spec = mlp(widths, loss, optimizer, UniformInitialiser{});
  RandomCase data = random_case(spec, kRows[choices.below(100, 4)], widths.front(), seed);
  return {std::move(spec), std::move(data)};
}

namespace {

// Null where its files are not there.
const Dataset* installed_dataset(const std::string& name) {
  static std::map<std::string, std::optional<Dataset>> datasets;  // pictures take half a second to unpack
  if (!datasets.contains(name)) {
    try {
      datasets[name] = load_dataset(name);
    } catch (const DataError&) {
      datasets[name] = std::nullopt;
    }
  }
  const std::optional<Dataset>& dataset = datasets.at(name);
  return dataset ? &*dataset : nullptr;
}

}  // namespace

RandomCase catalogue_case(const CatalogueEntry& entry, std::int64_t rows, Seed seed, std::size_t count) {
  RandomCase result{initial_parameters(entry.spec, DType::float64, seed), {}};
  const Dataset* dataset = installed_dataset(entry.dataset);
  if (!dataset) {
    result.batches = random_case(entry.spec, rows, input_features(entry.spec), seed, count).batches;
    return result;
  }
  const Split& samples = dataset->train;

  const std::int64_t size = std::min(rows, samples.size());
  const std::int64_t slices = samples.size() / size;
  for (std::int64_t b = 0; b < std::min(static_cast<std::int64_t>(count), slices); ++b)
    result.batches.push_back(
        slice(samples, DType::float64, (static_cast<std::int64_t>(100 * seed) + b) % slices * size, size));
  return result;
}

std::unique_ptr<Network> loaded(const Backend& backend, const NetworkSpec& spec,
                                const NamedTensors& parameters, DType dtype) {
  std::unique_ptr<Network> network = backend.build(spec, dtype, Device::cpu);
  network->load_parameters(parameters.as(dtype));
  return network;
}

std::vector<double> train_on(Network& network, const RandomCase& data, DType dtype, std::int64_t last,
                             std::int64_t first) {
  std::vector<OwnedBatch> batches;
  for (const OwnedBatch& batch : data.batches) batches.push_back(batch.as(dtype));
  std::vector<double> losses;
  for (std::int64_t s = first; s < last; ++s)
    losses.push_back(network.train_step(batches[static_cast<std::size_t>(s) % batches.size()].view()));
  return losses;
}

NetworkSpec layer_alone(LayerSpec layer) {
  return {
      {std::move(layer)}, InnerProductLossSpec{}, SgdSpec{.lr = 0.1, .momentum = 0.9}, UniformInitialiser{}};
}

RandomCase example_case(const Example& example, Seed seed, std::size_t batch_count) {
  RandomCase result{initial_parameters(example, DType::float64, seed), {}};
  for (std::uint32_t b = 0; b < batch_count; ++b)
    result.batches.push_back(random_batch(example, DType::float64, seed, b));
  return result;
}

void expect_twins_agree(const Example& example, Seed seed) {
  SCOPED_TRACE(example.name);
  const RandomCase data = example_case(example, seed);
  expect_twins_agree(example.spec, data, {.seed = seed});
  if (example.draw == Draw::integers) expect_twins_equal(example.spec, data);
}

std::string disagreements(const Example& example, EquivalenceOptions options) {
  const RandomCase data = example_case(example, options.seed);
  std::string all;
  for (const DType dtype : {DType::float64, DType::float32}) {
    options.dtype = dtype;
    all += failures_of(check_equivalence(twins(), example.spec, data.parameters, data.batches, options));
  }
  return all;
}

NetworkSpec loss_alone(LossSpec loss) { return {{}, loss, SgdSpec{}, UniformInitialiser{}}; }

OwnedBatch one_sample(const std::vector<double>& inputs, const std::vector<double>& targets) {
  const Shape shape{1, static_cast<std::int64_t>(inputs.size())};
  return {Tensor("inputs", shape, inputs), Tensor("targets", shape, targets)};
}

std::string failures_of(const std::vector<CheckRow>& rows) {
  std::string failures;
  for (const CheckRow& row : rows)
    if (row.failed()) failures += describe(row);
  return failures;
}

void expect_twins_agree(const NetworkSpec& spec, const RandomCase& data, EquivalenceOptions options) {
  for (const DType dtype : {DType::float64, DType::float32}) {
    options.dtype = dtype;
    const bool differences_judge = dtype == DType::float64 && options.finite_differences;
    if (!twins().autograd && !differences_judge) continue;
    const std::vector<CheckRow> rows =
        check_equivalence(twins(), spec, data.parameters, data.batches, options);
    const auto certified = std::count_if(rows.begin(), rows.end(),
                                         [](const CheckRow& row) { return row.verdict == Verdict::pass; });
    const std::string where = fmt::format("{}, network {}, batch {}, seed {}", to_string(dtype),
                                          widths_of(spec), data.batches[0].inputs.shape()[0], options.seed);
    EXPECT_EQ(failures_of(rows), "") << where;
    // Without LibTorch there are the rows of finite differences alone, which certify little far out.
    const auto too_few = twins().autograd ? std::ssize(rows) / 2 : 0;
    EXPECT_GT(certified, too_few) << "most of the check certified nothing: " << where;
  }
}

void expect_twins_agree(const NetworkSpec& spec, std::int64_t rows, std::int64_t features, Seed seed) {
  expect_twins_agree(spec, random_case(spec, rows, features, seed), {.seed = seed});
}

void expect_twins_equal(const NetworkSpec& spec, const RandomCase& data) {
  if (!twins().autograd) return;
  for (const DType dtype : {DType::float64, DType::float32}) {
    const OwnedBatch batch = data.batches[0].as(dtype);
    const auto gradients = [&](const Backend& backend) {
      return loaded(backend, spec, data.parameters, dtype)->gradients(batch.view());
    };
    const Gradients manual = gradients(twins().manual);
    const Gradients autograd = gradients(*twins().autograd);
    EXPECT_EQ(manual.loss, autograd.loss);
    const NamedTensors all = manual.all();
    for (const Tensor& tensor : autograd.all())
      EXPECT_EQ(difference(all.at(tensor.name()), tensor).max_abs, 0) << tensor.name();
    for (const Tensor& tensor : autograd.parameters)
      EXPECT_GT(difference(tensor, tensor).scale, 0) << "vacuous";
  }
}

double expect_twins_stay_together(const NetworkSpec& spec, const RandomCase& data, DType dtype,
                                  const std::vector<std::int64_t>& checkpoints) {
  if (!twins().autograd) return 0;
  const std::unique_ptr<Network> manual = loaded(twins().manual, spec, data.parameters, dtype);
  const std::unique_ptr<Network> autograd = loaded(*twins().autograd, spec, data.parameters, dtype);
  const std::unique_ptr<Network> neighbour = loaded(*twins().autograd, spec, data.parameters, dtype);
  neighbour->load_parameters(one_ulp_away(neighbour->parameters()));

  const double u = unit_roundoff(dtype);
  double gap = 0;
  std::int64_t done = 0;
  for (const std::int64_t steps : checkpoints) {
    for (Network* network : {manual.get(), autograd.get(), neighbour.get()})
      train_on(*network, data, dtype, steps, done);
    done = steps;
    double largest_gap = 0, largest_weight = 0;
    const NamedTensors weights = autograd->parameters();
    const NamedTensors manual_weights = manual->parameters(), neighbour_weights = neighbour->parameters();
    for (const Tensor& weight : weights) {
      const Difference drift = difference(manual_weights.at(weight.name()), weight);
      const double yardstick = difference(neighbour_weights.at(weight.name()), weight).max_abs;
      const double bound = tolerance::kDriftRatio * yardstick + static_cast<double>(steps) * u * drift.scale;
      EXPECT_LE(bound, 0.1 * drift.scale) << "so chaotic that a free run shows nothing: " << weight.name();
      EXPECT_TRUE(std::isfinite(yardstick) && drift.max_abs <= bound)
          << to_string(dtype) << ", network " << widths_of(spec) << ", " << weight.name() << " after "
          << steps << " steps: gap " << drift.max_abs << ", of neighbours " << yardstick << ", bound "
          << bound;
      largest_gap = std::max(largest_gap, drift.max_abs);
      largest_weight = std::max(largest_weight, drift.scale);
    }
    gap = largest_gap / largest_weight;
  }
  return gap;
}

RandomCase rounded_to_integers(const RandomCase& data) {
  RandomCase result{rounded_to_integers(data.parameters), {}};
  for (const OwnedBatch& batch : data.batches)
    result.batches.push_back({rounded_to_integers(batch.inputs), rounded_to_integers(batch.targets)});
  return result;
}

}  // namespace twin
