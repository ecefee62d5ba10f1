#include "tests/support/twins.hpp"

#include <cmath>
#include <fmt/format.h>

#include "manual/backend.hpp"
#include "manual/error_bounds.hpp"
#include "shared/seeds/initialise.hpp"
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

Tensor integers(const Tensor& tensor) {
  const std::vector<double> from = tensor.to_doubles();
  std::vector<double> to;
  for (const double value : from) to.push_back(std::round(3 * value));
  return {tensor.name(), tensor.shape(), std::move(to)};
}

}  // namespace

const Twins& twins() {
#ifdef TWINGRAD_AUTOGRAD
  static const Twins both{manual::backend(), &autograd::backend(), manual::step_magnitudes};
#else
  static const Twins both{manual::backend(), nullptr, manual::step_magnitudes};
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
  const std::int64_t outputs = output_features(spec) > 0 ? output_features(spec) : features;
  for (std::uint32_t b = 0; b < batch_count; ++b) {
    const RandomStream inputs(seed, Purpose::test_data, 2 * b);
    const RandomStream targets(seed, Purpose::test_data, 2 * b + 1);
    OwnedBatch batch{uniform_tensor("inputs", {rows, features}, DType::float64, inputs, -1, 1), {}};
    if (std::holds_alternative<CrossEntropyLossSpec>(spec.loss)) {
      std::vector<std::int64_t> labels(static_cast<std::size_t>(rows));
      for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<std::int64_t>(targets.below(i, static_cast<std::uint64_t>(outputs)));
      batch.targets = Tensor("targets", {rows}, std::move(labels));
    } else {
      batch.targets = uniform_tensor("targets", {rows, outputs}, DType::float64, targets, -1, 1);
    }
    result.batches.push_back(std::move(batch));
  }
  return result;
}

NetworkSpec layer_alone(LayerSpec layer) {
  return {
      {std::move(layer)}, InnerProductLossSpec{}, SgdSpec{.lr = 0.1, .momentum = 0.9}, UniformInitialiser{}};
}

NetworkSpec loss_alone(LossSpec loss) { return {{}, loss, SgdSpec{}, UniformInitialiser{}}; }

void expect_twins_agree(const NetworkSpec& spec, const RandomCase& data, EquivalenceOptions options) {
  const std::vector<CheckRow> rows = check_equivalence(twins(), spec, data.parameters, data.batches, options);
  std::string failures;
  std::size_t certified = 0;
  for (const CheckRow& row : rows) {
    if (row.verdict == Verdict::fail) failures += describe(row);
    if (row.verdict == Verdict::pass) ++certified;
  }
  EXPECT_EQ(failures, "") << to_string(options.dtype) << ", network " << widths_of(spec) << ", batch "
                          << data.batches[0].inputs.shape()[0] << ", seed " << options.seed;
  EXPECT_GT(2 * certified, rows.size()) << "most of the check certified nothing";
}

void expect_twins_agree(const NetworkSpec& spec, std::int64_t rows, std::int64_t features, Seed seed) {
  const RandomCase data = random_case(spec, rows, features, seed);
  expect_twins_agree(spec, data, {.dtype = DType::float64, .seed = seed});
  if (twins().autograd) expect_twins_agree(spec, data, {.dtype = DType::float32, .seed = seed});
}

void expect_twins_equal(const NetworkSpec& spec, const RandomCase& data) {
  if (!twins().autograd) return;
  for (const DType dtype : {DType::float64, DType::float32}) {
    const OwnedBatch batch{data.batches[0].inputs.as(dtype), data.batches[0].targets.as(dtype)};
    const auto gradients = [&](const Backend& backend) {
      const std::unique_ptr<Network> network = backend.build(spec, dtype, Device::cpu);
      network->load_parameters(data.parameters.as(dtype));
      return network->gradients(batch.view());
    };
    const Gradients hand = gradients(twins().manual);
    const Gradients oracle = gradients(*twins().autograd);
    EXPECT_EQ(hand.loss, oracle.loss);
    EXPECT_EQ(difference(hand.input, oracle.input).max_abs, 0);
    EXPECT_EQ(largest_relative_gap(hand.parameters, oracle.parameters), 0);
    for (const Tensor& tensor : oracle.parameters)
      EXPECT_GT(difference(tensor, tensor).scale, 0) << "vacuous";
  }
}

RandomCase rounded_to_integers(const RandomCase& data) {
  RandomCase result;
  for (const Tensor& tensor : data.parameters) result.parameters.add(integers(tensor));
  for (const OwnedBatch& batch : data.batches)
    result.batches.push_back({integers(batch.inputs), batch.targets.dtype() == DType::int64
                                                          ? batch.targets
                                                          : integers(batch.targets)});
  return result;
}

}  // namespace twin
