// Properties of random examples: RapidCheck draws them, and looks for a smaller one when one fails.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/twins.hpp"

namespace twin {

/// low … high, both included.
inline std::int64_t drawn(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange<std::int64_t>(low, high + 1);
}
inline bool drawn_bool() { return *rc::gen::arbitrary<bool>(); }
template <typename T>
T drawn_from(std::vector<T> values) {
  return *rc::gen::elementOf(std::move(values));
}
inline Seed drawn_seed() { return *rc::gen::inRange<Seed>(1, 1000000); }

/// Fails unless the twins agree on whatever example draw() returns. (Differences that step over a kink say
/// nothing: switch them off where random inputs may lie next to one.)
template <typename Draw>
void expect_twins_agree_on_random(const Draw& draw, EquivalenceOptions options = {}) {
  EXPECT_TRUE(rc::check([&] {
    const Example example = draw();
    options.seed = drawn_seed();
    RC_ASSERT(disagreements(example, options) == "");
  }));
}

/// Fails unless the twins' updates agree, whatever optimiser draw() returns.
template <typename Draw>
void expect_updates_agree_on_random(const Draw& draw) {
  const auto example = [&] {
    const DenseSpec dense{drawn(1, 5), drawn(1, 5)};
    Example trained = layer_example("random", {{"dense", dense}}, {drawn(1, 5), dense.in_features});
    trained.spec.optimizer = draw();
    return trained;
  };
  expect_twins_agree_on_random(example, {.steps = 5, .finite_differences = false});
}

/// The tensors whose gradients are not the same on both sides, bit for bit; empty in a build without
/// LibTorch. (The loss is none of them: the sides add it up in different orders.)
inline std::string unequal_gradients(const Example& example, Seed seed) {
  std::string unequal;
  if (!twins().autograd) return unequal;
  const RandomCase data = example_case(example, seed, 1);
  for (const DType dtype : {DType::float64, DType::float32}) {
    const OwnedBatch batch = data.batches[0].as(dtype);
    const auto gradients = [&](const Backend& backend) {
      return loaded(backend, example.spec, data.parameters, dtype)->gradients(batch.view()).all();
    };
    const NamedTensors manual = gradients(twins().manual), autograd = gradients(*twins().autograd);
    for (const Tensor& tensor : autograd)
      if (difference(manual.at(tensor.name()), tensor).max_abs != 0)
        unequal += tensor.name() + " of " + std::string(to_string(dtype)) + "\n";
  }
  return unequal;
}

}  // namespace twin
