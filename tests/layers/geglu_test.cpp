#include "manual/layers/geglu.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <numbers>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec geglu(GegluSpec kind) { return layer_alone({"mlp", kind}); }

TEST(GegluTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    const GegluSpec spec{drawn(1, 7), drawn(1, 7), drawn_bool()};
    Shape input{drawn(1, 5), drawn(1, 3), spec.hidden_size};
    if (drawn_bool()) input.erase(input.begin() + 1);
    return layer_example("any", {{"mlp", spec}}, std::move(input), drawn_from(std::vector{1e-3, 1.0, 10.0}));
  });
}

TEST(Geglu, NamesItsProjections) {
  std::vector<std::string> names;
  for (const ParameterSpec& p : parameters_of(geglu({2, 3, true}))) names.push_back(p.name);
  EXPECT_THAT(names, ElementsAre("mlp.gate_proj.weight", "mlp.gate_proj.bias", "mlp.up_proj.weight",
                                 "mlp.up_proj.bias", "mlp.down_proj.weight", "mlp.down_proj.bias"));
  const std::vector<ParameterSpec> unbiased = parameters_of(geglu({2, 3}));
  ASSERT_EQ(unbiased.size(), 3u);
  EXPECT_EQ(unbiased[1].shape, (Shape{3, 2}));
  EXPECT_EQ(unbiased[2].shape, (Shape{2, 3}));
}

class GegluOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  // One feature, one hidden value: gate 2x, value 3x, times 5.
  static std::unique_ptr<Network> of_one_feature(DType dtype = DType::float64) {
    NamedTensors weights;
    weights.add({"mlp.gate_proj.weight", {1, 1}, std::vector<double>{2}});
    weights.add({"mlp.up_proj.weight", {1, 1}, std::vector<double>{3}});
    weights.add({"mlp.down_proj.weight", {1, 1}, std::vector<double>{5}});
    return loaded(*GetParam(), geglu({1, 1}), weights, dtype);
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, GegluOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(GegluOnEachSide, ComputesWhatTheFormulasSay) {
  const OwnedBatch batch{Tensor("inputs", {1, 1}, std::vector<double>{0.25}),
                         Tensor("targets", {1, 1}, std::vector<double>{-2})};
  const std::unique_ptr<Network> network = of_one_feature();
  const double g = 0.5, u = 0.75, s = std::erfc(-g / std::sqrt(2.0)) / 2, d_h = -2 * 5;
  const double slope = s + g * std::exp(-g * g / 2) / std::sqrt(2 * std::numbers::pi);
  EXPECT_NEAR(network->predict(batch.inputs.view()).to_doubles()[0], 5 * g * s * u, 1e-15);
  const Gradients gradients = network->gradients(batch.view());
  EXPECT_NEAR(gradients.parameters.at("mlp.down_proj.weight").to_doubles()[0], -2 * g * s * u, 1e-15);
  EXPECT_NEAR(gradients.parameters.at("mlp.up_proj.weight").to_doubles()[0], d_h * g * s * 0.25, 1e-15);
  EXPECT_NEAR(gradients.parameters.at("mlp.gate_proj.weight").to_doubles()[0], d_h * u * slope * 0.25, 1e-15);
  EXPECT_NEAR(gradients.input->to_doubles()[0], d_h * (3 * g * s + 2 * u * slope), 1e-14);
}

// Gates of ±2000. An open gate hands its value on times itself; a closed one hands on
// nothing, in either direction.
TEST_P(GegluOnEachSide, StaysFiniteWhereGatesAreFarOut) {
  for (const DType dtype : {DType::float64, DType::float32}) {
    const std::unique_ptr<Network> network = of_one_feature(dtype);
    const OwnedBatch batch = OwnedBatch{Tensor("inputs", {2, 1}, std::vector<double>{1000, -1000}),
                                        Tensor("targets", {2, 1}, std::vector<double>{1, 1})}
                                 .as(dtype);
    EXPECT_THAT(network->predict(batch.inputs.view()).to_doubles(),
                ElementsAre(5.0 * 2000 * 3000, testing::DoubleNear(0, 1e-30)));
    const Gradients gradients = network->gradients(batch.view());
    EXPECT_THAT(gradients.input->to_doubles(),
                ElementsAre(5.0 * (3 * 2000 + 2 * 3000), testing::DoubleNear(0, 1e-30)));
    EXPECT_EQ(gradients.parameters.at("mlp.up_proj.weight").to_doubles()[0], 5.0 * 2000 * 1000);
  }
}

TEST_P(GegluOnEachSide, RefusesShapesAndSizesThatDoNotFit) {
  const auto build = [](const NetworkSpec& spec) { GetParam()->build(spec, DType::float64, Device::cpu); };
  EXPECT_THROW_MESSAGE(build(geglu({0, 2})), LayerError, "mlp: hidden_size is 0");
  EXPECT_THROW_MESSAGE(build(geglu({2, -3})), LayerError, "mlp: intermediate_size is -3");
  NetworkSpec narrow = geglu({4, 2});
  narrow.input = {3};
  EXPECT_THROW_MESSAGE(build(narrow), LayerError, "mlp: expected 4 features, got 1×3");
}

}  // namespace
}  // namespace twin
