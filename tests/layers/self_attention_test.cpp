#include "manual/layers/self_attention.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec attention(SelfAttentionSpec kind, std::int64_t positions) {
  NetworkSpec spec = layer_alone({"attention", kind});
  spec.input = {positions, kind.embed_dim};
  return spec;
}

TEST(SelfAttentionTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    const std::int64_t heads = drawn(1, 3);
    const SelfAttentionSpec spec{heads * drawn(1, 3), heads, drawn_bool()};
    return layer_example("any", {{"attention", spec}}, {drawn(1, 3), drawn(1, 5), spec.embed_dim});
  });
}

TEST(SelfAttention, NamesItsProjections) {
  std::vector<std::string> names;
  for (const ParameterSpec& p : parameters_of(attention({4, 2, true}, 3))) names.push_back(p.name);
  EXPECT_THAT(names,
              ElementsAre("attention.q_proj.weight", "attention.q_proj.bias", "attention.k_proj.weight",
                          "attention.k_proj.bias", "attention.v_proj.weight", "attention.v_proj.bias",
                          "attention.o_proj.weight", "attention.o_proj.bias"));
  EXPECT_EQ(stem_of(find_layer(attention({4, 2, true}, 3).layers, "attention.k_proj").value()), "dense");
}

class SelfAttentionOnEachSide : public testing::TestWithParam<const Backend*> {};
INSTANTIATE_TEST_SUITE_P(Sides, SelfAttentionOnEachSide, testing::ValuesIn(backends()), backend_name);

// Two positions, one head of one feature, all projections the identity: the second position weighs both by
// softmax(x₁x₀, x₁x₁).
TEST_P(SelfAttentionOnEachSide, IsTheWeightedMeanOfWhatIsSeen) {
  const NetworkSpec spec = attention({1, 1, false}, 2);
  NamedTensors ones;
  for (const ParameterSpec& p : parameters_of(spec)) ones.add({p.name, p.shape, std::vector<double>{1}});
  const std::unique_ptr<Network> network = loaded(*GetParam(), spec, ones);
  const Tensor x("inputs", {1, 2, 1}, std::vector<double>{2, 3});
  const double p = 1 / (1 + std::exp(9.0 - 6.0));
  const std::vector<double> y = network->predict(x.view()).to_doubles();
  EXPECT_EQ(y[0], 2);
  EXPECT_NEAR(y[1], p * 2 + (1 - p) * 3, 1e-15);
}

// What comes later changes no output before it, and no gradient of an output reaches ahead.
TEST_P(SelfAttentionOnEachSide, NobodyLooksAhead) {
  const NetworkSpec spec = attention({4, 2, true}, 5);
  const RandomCase data = random_case(spec, 1, 20, 1);
  const std::unique_ptr<Network> network = loaded(*GetParam(), spec, data.parameters);
  OwnedBatch batch = data.batches[0];
  const std::vector<double> before = network->predict(batch.inputs.view()).to_doubles();
  for (std::size_t i = 12; i < 20; ++i) batch.inputs.data<double>()[i] = 100;
  const std::vector<double> after = network->predict(batch.inputs.view()).to_doubles();
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(before[i] == after[i], i < 12) << "element " << i;

  for (std::size_t i = 12; i < 20; ++i) batch.targets.data<double>()[i] = 0;  // d_y
  const std::vector<double> d_x = network->gradients(batch.view()).input->to_doubles();
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(d_x[i] != 0, i < 12) << "element " << i;
}

// Scores of a million, of which exp would be infinite.
TEST_P(SelfAttentionOnEachSide, StaysFiniteWhereScoresAreHuge) {
  const NetworkSpec spec = attention({2, 1, true}, 3);
  RandomCase data = random_case(spec, 2, 6, 1);
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

TEST_P(SelfAttentionOnEachSide, RefusesShapesAndSizesThatDoNotFit) {
  const auto build = [](const NetworkSpec& spec) { GetParam()->build(spec, DType::float64, Device::cpu); };
  EXPECT_THROW_MESSAGE(build(attention({6, 4}, 3)), LayerError,
                       "attention: expected an embed_dim that heads divides, got 6 for 4");
  EXPECT_THROW_MESSAGE(build(attention({6, 0}, 3)), LayerError, "attention: heads is 0");
  NetworkSpec flat = attention({6, 2}, 3);
  flat.input = {6};
  EXPECT_THROW_MESSAGE(build(flat), LayerError, "attention: expected N×T×6, got 1×6");
}

// A free run of a language model: twins stay together while a tied weight, a residual and attention train.
TEST(SelfAttentionTwin, LanguageModelsStayTogether) {
  const std::vector<Example> examples = SelfAttentionSpec::examples();
  const Example& model = examples.back();
  ASSERT_EQ(model.name, "language_model");
  for (const DType dtype : {DType::float64, DType::float32})
    expect_twins_stay_together(model.spec, example_case(model, 1), dtype, {10, 100});
}

}  // namespace
}  // namespace twin
