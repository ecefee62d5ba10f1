#include "manual/layers/multihead_attention.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/infinity.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

constexpr MultiheadAttentionSpec kMultiheadCross{.embed_dim = 4, .num_heads = 2, .cross = true};

NetworkSpec multihead(MultiheadAttentionSpec kind, std::int64_t positions) {
  NetworkSpec spec = layer_alone({"attention", kind});
  spec.input = {positions, kind.embed_dim};
  return spec;
}

// Two samples of three queries and five keys.
Example multihead_cross_example() {
  Example example = layer_example("cross", {{"attention", kMultiheadCross}}, {2, 3, 4});
  example.further = {{"key", {2, 5, 4}}, {"value", {2, 5, 4}}};
  return example;
}

TEST(MultiheadAttentionTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    const std::int64_t heads = drawn(1, 3);
    MultiheadAttentionSpec spec{heads * drawn(1, 3), heads, drawn_bool()};
    spec.cross = drawn_bool();
    spec.is_causal = !spec.cross && drawn_bool();
    spec.key_padding_mask = drawn_bool();
    Example example = layer_example("any", {{"attention", spec}}, {drawn(1, 3), drawn(1, 5), spec.embed_dim});
    if (spec.cross) {
      const Shape keys{example.input[0], drawn(1, 5), spec.embed_dim};
      example.further = {{"key", keys}, {"value", keys}};
    }
    const std::int64_t keys = spec.cross ? example.further.at("key")[1] : example.input[1];
    if (spec.key_padding_mask) example.further["key_padding_mask"] = {example.input[0], keys};
    return example;
  });
}

TEST(MultiheadAttention, NamesItsParametersAsPyTorchDoes) {
  std::vector<std::string> names;
  for (const ParameterSpec& p : parameters_of(multihead({4, 2}, 3))) names.push_back(p.name);
  EXPECT_THAT(names, ElementsAre("attention.in_proj_weight", "attention.in_proj_bias",
                                 "attention.out_proj.weight", "attention.out_proj.bias"));
  EXPECT_EQ(parameters_of(multihead({4, 2}, 3))[0].shape, (Shape{12, 4}));
  EXPECT_EQ(parameters_of(multihead({4, 2, false}, 3)).size(), 2u);
}

class MultiheadAttentionOnEachSide : public testing::TestWithParam<const Backend*> {};
INSTANTIATE_TEST_SUITE_P(Sides, MultiheadAttentionOnEachSide, testing::ValuesIn(backends()), backend_name);

// Two positions, one head of one feature, all projections the identity: each position weighs both by
// softmax(x_t·2, x_t·3).
TEST_P(MultiheadAttentionOnEachSide, IsTheWeightedMeanOfWhatIsSeen) {
  for (const bool is_causal : {false, true}) {
    NamedTensors ones;
    ones.add({"attention.in_proj_weight", {3, 1}, std::vector<double>{1, 1, 1}});
    ones.add({"attention.out_proj.weight", {1, 1}, std::vector<double>{1}});
    const std::unique_ptr<Network> network =
        loaded(*GetParam(), multihead({1, 1, false, is_causal}, 2), ones);
    const Tensor x("inputs", {1, 2, 1}, std::vector<double>{2, 3});
    const std::vector<double> y = network->predict(x.view()).to_doubles();
    const double first = is_causal ? 1 : 1 / (1 + std::exp(6.0 - 4.0)),
                 second = 1 / (1 + std::exp(9.0 - 6.0));
    EXPECT_NEAR(y[0], first * 2 + (1 - first) * 3, 1e-15);
    EXPECT_NEAR(y[1], second * 2 + (1 - second) * 3, 1e-15);
  }
}

// One query, 1, two keys, 2 and 4, and values 0.5 and 0.75; rows of the weight: q = 3x, k = x/2, v = -x;
// times 2.
TEST_P(MultiheadAttentionOnEachSide, LooksAtAnotherSequence) {
  MultiheadAttentionSpec kind{1, 1, false};
  kind.cross = true;
  NamedTensors weights;
  weights.add({"attention.in_proj_weight", {3, 1}, std::vector<double>{3, 0.5, -1}});
  weights.add({"attention.out_proj.weight", {1, 1}, std::vector<double>{2}});
  const std::unique_ptr<Network> network = loaded(*GetParam(), multihead(kind, 1), weights);
  OwnedBatch batch{{"inputs", {1, 1, 1}, std::vector<double>{1}},
                   {"targets", {1, 1, 1}, std::vector<double>{1}}};
  batch.further.add({"key", {1, 2, 1}, std::vector<double>{2, 4}});
  batch.further.add({"value", {1, 2, 1}, std::vector<double>{0.5, 0.75}});
  const double p = 1 / (1 + std::exp(6.0 - 3.0)), d_s = p * (1 - p) * 2 * (-0.5 - -0.75);
  EXPECT_NEAR(network->predict(batch.view()).to_doubles()[0], -2 * (0.5 * p + 0.75 * (1 - p)), 1e-14);
  const Gradients gradients = network->gradients(batch.view());
  const std::vector<double> d_key = gradients.further.at("key").to_doubles(),
                            d_value = gradients.further.at("value").to_doubles();
  EXPECT_NEAR(gradients.input->to_doubles()[0], d_s * (1 - 2) * 3, 1e-14);
  EXPECT_NEAR(d_key[0], d_s * 3 * 0.5, 1e-14);
  EXPECT_NEAR(d_key[1], -d_s * 3 * 0.5, 1e-14);
  EXPECT_NEAR(d_value[0], -2 * p, 1e-14);
  EXPECT_NEAR(d_value[1], -2 * (1 - p), 1e-14);
}

TEST_P(MultiheadAttentionOnEachSide, ACausalLayerDoesNotLookAhead) {
  const NetworkSpec spec = multihead({4, 2, true, true}, 5);
  const RandomCase data = random_case(spec, 1, 20, 1, 1);
  const std::unique_ptr<Network> network = loaded(*GetParam(), spec, data.parameters);
  OwnedBatch batch = data.batches[0];
  const std::vector<double> before = network->predict(batch.inputs.view()).to_doubles();
  for (std::size_t i = 12; i < 20; ++i) batch.inputs.data<double>()[i] = 100;
  const std::vector<double> after = network->predict(batch.inputs.view()).to_doubles();
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(before[i] == after[i], i < 12) << "element " << i;
}

// One query, 1, and three keys, whose values are 0.5, 0.75 and 100: the mask takes 1 from the first score,
// and hides the last key.
TEST_P(MultiheadAttentionOnEachSide, AddsTheMaskToTheScores) {
  NamedTensors weights;
  weights.add({"attention.in_proj_weight", {3, 1}, std::vector<double>{3, 0.5, 1}});
  weights.add({"attention.out_proj.weight", {1, 1}, std::vector<double>{2}});
  const std::unique_ptr<Network> network = loaded(
      *GetParam(),
      multihead({.embed_dim = 1, .num_heads = 1, .bias = false, .cross = true, .key_padding_mask = true}, 1),
      weights);
  OwnedBatch batch{{"inputs", {1, 1, 1}, std::vector<double>{1}},
                   {"targets", {1, 1, 1}, std::vector<double>{1}}};
  batch.further.add({"key", {1, 3, 1}, std::vector<double>{2, 4, 8}});
  batch.further.add({"value", {1, 3, 1}, std::vector<double>{0.5, 0.75, 100}});
  batch.further.add({"key_padding_mask", {1, 3}, std::vector<double>{-1, 0, -kInfinity}});
  const double p = 1 / (1 + std::exp(6.0 - (3 - 1))), d_s = p * (1 - p) * 2 * (0.5 - 0.75);
  const Gradients gradients = network->gradients(batch.view());
  EXPECT_NEAR(gradients.loss, 2 * (0.5 * p + 0.75 * (1 - p)), 1e-14);
  const std::vector<double> d_mask = gradients.further.at("key_padding_mask").to_doubles(),
                            d_key = gradients.further.at("key").to_doubles(),
                            d_value = gradients.further.at("value").to_doubles();
  EXPECT_NEAR(d_mask[0], d_s, 1e-14);
  EXPECT_NEAR(d_mask[1], -d_s, 1e-14);
  EXPECT_NEAR(d_key[0], d_s * 3 * 0.5, 1e-14);
  EXPECT_NEAR(d_value[0], 2 * p, 1e-14);
  EXPECT_EQ(d_mask[2], 0);
  EXPECT_EQ(d_key[2], 0);
  EXPECT_EQ(d_value[2], 0) << "the weight of a hidden key is 0, not only small";
}

// Sequences of two and four words, padded to five: the same as each of them alone, whatever the padding
// holds.
TEST_P(MultiheadAttentionOnEachSide, WhatIsHiddenIsOfNoAccount) {
  for (const bool is_causal : {false, true}) {
    MultiheadAttentionSpec kind{6, 2, true, is_causal};
    kind.key_padding_mask = true;
    const NetworkSpec padded = multihead(kind, 5);
    kind.key_padding_mask = false;
    RandomCase data = random_case(multihead(kind, 5), 2, 30, 1, 1);
    OwnedBatch batch = data.batches[0];
    const std::span<double> x = batch.inputs.data<double>();
    const std::int64_t lengths[] = {2, 4};
    std::vector<double> mask(10);
    for (std::size_t n = 0; n < 2; ++n)
      for (std::size_t t = static_cast<std::size_t>(lengths[n]); t < 5; ++t) {
        mask[5 * n + t] = -kInfinity;
        for (std::size_t i = 0; i < 6; ++i) x[(5 * n + t) * 6 + i] = 1e3;
      }
    batch.further.add({"key_padding_mask", {2, 5}, mask});
    const Tensor y = loaded(*GetParam(), padded, data.parameters)->predict(batch.view());
    for (std::size_t n = 0; n < 2; ++n) {
      const auto first = x.begin() + static_cast<std::ptrdiff_t>(30 * n);
      const Tensor alone("inputs", {1, lengths[n], 6}, std::vector<double>(first, first + 6 * lengths[n]));
      const std::vector<double> expected = loaded(*GetParam(), multihead(kind, lengths[n]), data.parameters)
                                               ->predict(alone.view())
                                               .to_doubles();
      for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(y.to_doubles()[30 * n + i], expected[i], 1e-14) << n << ", " << i;
    }
  }
}

// As LibTorch: 0/0. The other sample has nothing to do with it.
TEST_P(MultiheadAttentionOnEachSide, WhoSeesNoKeyIsNoNumber) {
  MultiheadAttentionSpec kind{4, 2};
  kind.key_padding_mask = true;
  const NetworkSpec spec = multihead(kind, 3);
  OwnedBatch batch =
      random_batch(Example{"masked", spec, {2, 3, 4}, Draw::uniform, 1, {{"key_padding_mask", {2, 3}}}},
                   DType::float64, 1);
  for (std::size_t j = 0; j < 3; ++j) batch.further.at("key_padding_mask").data<double>()[j] = -kInfinity;
  const std::unique_ptr<Network> network = GetParam()->build(spec, DType::float64, Device::cpu);
  const std::vector<double> y = network->predict(batch.view()).to_doubles(),
                            d_x = network->gradients(batch.view()).input->to_doubles();
  for (std::size_t i = 0; i < 24; ++i) {
    EXPECT_EQ(std::isnan(y[i]), i < 12) << i;
    EXPECT_EQ(std::isnan(d_x[i]), i < 12) << i;
  }
}

// Scores of a million, of which exp would be infinite.
TEST_P(MultiheadAttentionOnEachSide, StaysFiniteWhereScoresAreHuge) {
  for (const bool is_causal : {false, true}) {
    const NetworkSpec spec = multihead({2, 1, true, is_causal}, 3);
    RandomCase data = random_case(spec, 2, 6, 1, 1);
    for (double& x : data.batches[0].inputs.data<double>()) x *= 1e3;
    for (const DType dtype : {DType::float64, DType::float32}) {
      const std::unique_ptr<Network> network = loaded(*GetParam(), spec, data.parameters, dtype);
      const OwnedBatch batch = data.batches[0].as(dtype);
      const Gradients gradients = network->gradients(batch.view());
      for (const double d : gradients.input->to_doubles()) EXPECT_TRUE(std::isfinite(d));
      for (const Tensor& tensor : gradients.parameters)
        for (const double d : tensor.to_doubles()) EXPECT_TRUE(std::isfinite(d)) << tensor.name();
    }
  }
}

TEST_P(MultiheadAttentionOnEachSide, RefusesShapesAndSizesThatDoNotFit) {
  const auto build = [](const NetworkSpec& spec) { GetParam()->build(spec, DType::float64, Device::cpu); };
  EXPECT_THROW_MESSAGE(build(multihead({6, 4}, 3)), LayerError,
                       "attention: expected an embed_dim that num_heads divides, got 6 for 4");
  EXPECT_THROW_MESSAGE(build(multihead({6, 0}, 3)), LayerError, "attention: num_heads is 0");
  EXPECT_THROW_MESSAGE(build(multihead({4, 2, true, true, true}, 3)), LayerError,
                       "attention: expected is_causal with self-attention, got it with cross-attention");
  NetworkSpec flat = multihead({6, 2}, 3);
  flat.input = {6};
  EXPECT_THROW_MESSAGE(build(flat), LayerError, "attention: expected N×T×6, got 1×6");
}

TEST_P(MultiheadAttentionOnEachSide, RefusesKeysAndValuesThatDoNotFit) {
  const Example example = multihead_cross_example();
  const std::unique_ptr<Network> network = GetParam()->build(example.spec, DType::float64, Device::cpu);
  OwnedBatch right = random_batch(example, DType::float64, 1);
  EXPECT_NO_THROW(network->loss(right.view()));
  const auto loss_with = [&](Shape key, Shape value) {
    OwnedBatch batch = right;
    batch.further = {};
    batch.further.add(Tensor::zeros("key", std::move(key), DType::float64));
    batch.further.add(Tensor::zeros("value", std::move(value), DType::float64));
    network->loss(batch.view());
  };
  EXPECT_THROW_MESSAGE(loss_with({2, 5, 3}, {2, 5, 3}), LayerError,
                       "attention: expected a key of 2×S×4, got 2×5×3");
  EXPECT_THROW_MESSAGE(loss_with({3, 5, 4}, {3, 5, 4}), LayerError, "expected a key of 2×S×4, got 3×5×4");
  EXPECT_THROW_MESSAGE(loss_with({2, 4}, {2, 4}), LayerError, "expected a key of 2×S×4, got 2×4");
  EXPECT_THROW_MESSAGE(loss_with({2, 5, 4}, {2, 6, 4}), LayerError,
                       "attention: expected a value of 2×5×4, as the key, got 2×6×4");
  EXPECT_THROW_MESSAGE(network->predict(right.inputs.view()), ShapeError, "expected key, value, got none");
}

TEST_P(MultiheadAttentionOnEachSide, RefusesAMaskThatDoesNotFit) {
  for (const bool cross : {false, true}) {
    MultiheadAttentionSpec kind = kMultiheadCross;
    kind.cross = cross;
    kind.key_padding_mask = true;
    const std::unique_ptr<Network> network =
        GetParam()->build(multihead(kind, 3), DType::float64, Device::cpu);
    const auto loss_with = [&](Shape mask) {
      OwnedBatch batch{Tensor::zeros("inputs", {2, 3, 4}, DType::float64),
                       Tensor::zeros("targets", {2, 3, 4}, DType::float64)};
      if (cross)
        for (const char* name : {"key", "value"})
          batch.further.add(Tensor::zeros(name, {2, 5, 4}, DType::float64));
      if (!mask.empty())
        batch.further.add(Tensor::zeros("key_padding_mask", std::move(mask), DType::float64));
      network->loss(batch.view());
    };
    const std::int64_t keys = cross ? 5 : 3;
    EXPECT_NO_THROW(loss_with({2, keys}));
    EXPECT_THROW_MESSAGE(loss_with({2, 4}), LayerError, "attention: expected a key_padding_mask of 2×",
                         ", a number for each key, got 2×4");
    EXPECT_THROW_MESSAGE(loss_with({keys, 2}), LayerError, "expected a key_padding_mask of 2×");
    EXPECT_THROW_MESSAGE(loss_with({2, keys, 1}), LayerError, "expected a key_padding_mask of 2×");
    EXPECT_THROW_MESSAGE(loss_with({}), ShapeError, "key_padding_mask");
  }
}

// The rows of the one weight are those of self_attention's three: all else is the same.
TEST_P(MultiheadAttentionOnEachSide, IsSelfAttentionWithItsWeightsInOne) {
  NetworkSpec other = layer_alone({"attention", SelfAttentionSpec{6, 2, true}});
  other.input = {5, 6};
  const NetworkSpec spec = multihead({6, 2, true, true}, 5);
  const RandomCase data = random_case(other, 3, 30, 1, 1);
  const auto stacked = [](const NamedTensors& from) {
    NamedTensors all;
    for (const char* kind : {"weight", "bias"}) {
      std::vector<double> rows;
      for (const char* name : {"q_proj", "k_proj", "v_proj"}) {
        const std::vector<double> part = from.at(std::string("attention.") + name + "." + kind).to_doubles();
        rows.insert(rows.end(), part.begin(), part.end());
      }
      const bool is_weight = std::string(kind) == "weight";
      all.add({std::string("attention.in_proj_") + kind, is_weight ? Shape{18, 6} : Shape{18}, rows});
      const Tensor& out = from.at(std::string("attention.o_proj.") + kind);
      all.add({std::string("attention.out_proj.") + kind, out.shape(), out.to_doubles()});
    }
    return all;
  };
  const Batch batch = data.batches[0].view();
  const Gradients in_one = loaded(*GetParam(), spec, stacked(data.parameters))->gradients(batch),
                  apart = loaded(*GetParam(), other, data.parameters)->gradients(batch);
  EXPECT_NEAR(in_one.loss, apart.loss, 1e-14);
  EXPECT_LT(difference(*in_one.input, *apart.input).max_abs, 1e-14);
  EXPECT_LT(largest_relative_gap(in_one.parameters, stacked(apart.parameters)), 1e-13);
}

// Cross-attention of a sequence to itself is self-attention, whose d_x is the sum of the three gradients.
TEST(MultiheadAttention, SelfAttentionIsCrossAttentionToItself) {
  manual::MultiheadAttention<double> self(MultiheadAttentionSpec{4, 2}), cross(kMultiheadCross);
  for (manual::MultiheadAttention<double>* layer : {&self, &cross}) {
    std::srand(1);
    layer->in_proj_weight.setRandom();
    layer->in_proj_bias.setRandom();
    layer->out_proj_weight.setRandom();
    layer->out_proj_bias.setRandom();
  }
  const manual::Matrix<double> x = manual::Matrix<double>::Random(6, 4),
                               d_y = manual::Matrix<double>::Random(6, 4);
  const manual::Extents extents(2, 3, 4);
  const std::array<manual::Activation<double>, 3> all{manual::Activation<double>{x, extents},
                                                      manual::Activation<double>{x, extents},
                                                      manual::Activation<double>{x, extents}};
  EXPECT_TRUE(self.forward({all.data(), 1}).isApprox(cross.forward(all), 1e-14));
  const auto of_self = self.backward({d_y, extents}), of_cross = cross.backward({d_y, extents});
  EXPECT_TRUE(of_self[1].empty() && of_self[2].empty());
  EXPECT_TRUE(of_self[0].as_matrix().isApprox(
      of_cross[0].as_matrix() + of_cross[1].as_matrix() + of_cross[2].as_matrix(), 1e-14));
  EXPECT_TRUE(self.d_in_proj_weight.isApprox(cross.d_in_proj_weight, 1e-14));
  EXPECT_TRUE(self.d_out_proj_bias.isApprox(cross.d_out_proj_bias, 1e-14));
}

TEST(MultiheadAttention, GradientsAddUpUntilZeroGrad) {
  manual::MultiheadAttention<double> layer(kMultiheadCross);
  layer.in_proj_weight.setRandom();
  layer.out_proj_weight.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(6, 4), d_y = x.reverse(),
                               key = manual::Matrix<double>::Random(10, 4), value = key.reverse();
  const manual::Extents of_x(2, 3, 4), of_key(2, 5, 4);
  EXPECT_THROW(layer.backward({d_y, of_x}), std::logic_error) << "before forward()";
  layer.forward(std::array<manual::Activation<double>, 3>{manual::Activation<double>{x, of_x},
                                                          manual::Activation<double>{key, of_key},
                                                          manual::Activation<double>{value, of_key}});
  const auto gradients = [&] {
    return std::vector<manual::Matrix<double>>{layer.d_in_proj_weight, layer.d_in_proj_bias,
                                               layer.d_out_proj_weight, layer.d_out_proj_bias};
  };
  expect_gradients_add_up(
      layer,
      [&] {
        layer.backward({d_y, of_x});
      },
      gradients);
}

}  // namespace
}  // namespace twin
