// What a twin test says: here is a network, both sides must agree on it.
#pragma once

#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "shared/catalogue.hpp"
#include "shared/compare_networks/equivalence.hpp"
#include "shared/network.hpp"
#include "shared/networks/mlp.hpp"
#include "shared/seeds/random.hpp"
#include "shared/stems.hpp"

namespace twin {

/// How GoogleTest shows an entry of the catalogue.
inline void PrintTo(const CatalogueEntry& entry, std::ostream* out) { *out << entry.name; }

/// Both twins, or the manual network alone in a build without LibTorch, where finite differences judge it.
const Twins& twins();

/// The backends of twins(), for tests of what each must do by itself.
std::vector<const Backend*> backends();

/// "autograd" or "manual", as a test's suffix.
std::string backend_name(const testing::TestParamInfo<const Backend*>& info);

/// Random data for `spec`: weights and biases uniform in ±1 (none is zero), `rows` inputs of `features`
/// uniform in ±1, targets uniform in ±1 or random labels.
struct RandomCase {
  NamedTensors parameters;
  std::vector<OwnedBatch> batches;  // float64
};
RandomCase random_case(const NetworkSpec& spec, std::int64_t rows, std::int64_t features, Seed seed,
                       std::size_t batch_count = 3);

/// A random MLP of one to five dense layers, its widths (1 among them), loss and momentum a function of the
/// seed, with a random case of 1 to 19 rows. Four seeds in a row meet both losses, with and without momentum.
struct RandomNetwork {
  NetworkSpec spec;
  RandomCase data;
};
RandomNetwork random_mlp(Seed seed);

/// The catalogue entry's own initial weights, and up to `count` batches of `rows` training samples (all of a
/// truth table). Random numbers stand in for a dataset that is not installed.
RandomCase catalogue_case(const CatalogueEntry& entry, std::int64_t rows, Seed seed, std::size_t count = 3);

/// A network of this dtype that holds `parameters`, rounded to it.
std::unique_ptr<Network> loaded(const Backend& backend, const NetworkSpec& spec,
                                const NamedTensors& parameters, DType dtype = DType::float64);

/// The losses of training steps first + 1 … last, of which step s trains on batch s mod size.
std::vector<double> train_on(Network& network, const RandomCase& data, DType dtype, std::int64_t last,
                             std::int64_t first = 0);

/// A network of one layer under the inner-product loss: its upstream gradient is random.
NetworkSpec layer_alone(LayerSpec layer);
/// Random data for an example of a stem, its weights included.
RandomCase example_case(const Example& example, Seed seed, std::size_t batch_count = 3);
/// expect_twins_agree() on the example's data; bit for bit where it is of small integers.
void expect_twins_agree(const Example& example, Seed seed = 1);

/// The rows of check_equivalence() on the example's data that failed, in both precisions, one line each: for
/// properties of random examples. options.dtype is of no account, options.seed draws the data.
std::string disagreements(const Example& example, EquivalenceOptions options);

/// A network of no layer: its input gradient is that of the loss.
NetworkSpec loss_alone(LossSpec loss);
/// A batch for it: one sample, as many targets as inputs.
OwnedBatch one_sample(const std::vector<double>& inputs, const std::vector<double>& targets);

/// The rows that failed, one line each.
std::string failures_of(const std::vector<CheckRow>& rows);

/// Fails with the offending rows unless every check of check_equivalence() passes, in float64 and in float32
/// whatever options.dtype; also when most of them certified nothing.
void expect_twins_agree(const NetworkSpec& spec, std::int64_t rows, std::int64_t features, Seed seed);
void expect_twins_agree(const NetworkSpec& spec, const RandomCase& data, EquivalenceOptions options = {});

/// Fails unless loss and every gradient of the twins are equal bit for bit. For data whose sums are exact:
/// small integers. In a build without LibTorch there is nothing to compare.
void expect_twins_equal(const NetworkSpec& spec, const RandomCase& data);

/// Free run: trains both twins from the same weights, and a third network that is the autograd twin one unit
/// in the last place away in every weight. Fails unless, after each number of steps in `checkpoints`
/// (ascending), each weight tensor of the twins is within the drift allowed by shared/compare/tolerances.hpp.
/// Returns the gap of the twins after the last step, relative to their largest weight.
double expect_twins_stay_together(const NetworkSpec& spec, const RandomCase& data, DType dtype,
                                  const std::vector<std::int64_t>& checkpoints);

/// Every value of the case replaced by an integer in -3 … 3, so that sums of products are exact in any order.
RandomCase rounded_to_integers(const RandomCase& data);

}  // namespace twin
