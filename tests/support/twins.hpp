// What a twin test says: here is a network, both sides must agree on it.
#pragma once

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "shared/compare/equivalence.hpp"
#include "shared/network.hpp"
#include "shared/seeds/random.hpp"

namespace twin {

/// Both twins, or the hand alone in a build without LibTorch, where finite differences judge it.
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

/// A network of one layer under the inner-product loss: its upstream gradient is random.
NetworkSpec layer_alone(LayerSpec layer);
/// A network of no layer: its input gradient is that of the loss.
NetworkSpec loss_alone(LossSpec loss);

/// Fails with the offending rows unless every check of check_equivalence() passes, in float64 and float32;
/// also when it certified nothing.
void expect_twins_agree(const NetworkSpec& spec, std::int64_t rows, std::int64_t features, Seed seed);
void expect_twins_agree(const NetworkSpec& spec, const RandomCase& data, EquivalenceOptions options);

/// Fails unless loss and every gradient of the twins are equal bit for bit. For data whose sums are exact:
/// small integers. In a build without LibTorch there is nothing to compare.
void expect_twins_equal(const NetworkSpec& spec, const RandomCase& data);

/// Every value of the case replaced by an integer in -3 … 3, so that sums of products are exact in any order.
RandomCase rounded_to_integers(const RandomCase& data);

}  // namespace twin
