#include "manual/layers/swiglu.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec swiglu(SwigluSpec kind) { return layer_alone({"mlp", kind}); }

TEST(SwigluTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    const SwigluSpec spec{drawn(1, 7), drawn(1, 7), drawn_bool()};
    Shape input{drawn(1, 5), drawn(1, 3), spec.hidden_size};
    if (drawn_bool()) input.erase(input.begin() + 1);
    return layer_example("any", {{"mlp", spec}}, std::move(input), drawn_from(std::vector{1e-3, 1.0, 10.0}));
  });
}

TEST(Swiglu, NamesItsProjections) {
  std::vector<std::string> names;
  for (const ParameterSpec& p : parameters_of(swiglu({2, 3, true}))) names.push_back(p.name);
  EXPECT_THAT(names, ElementsAre("mlp.gate_proj.weight", "mlp.gate_proj.bias", "mlp.up_proj.weight",
                                 "mlp.up_proj.bias", "mlp.down_proj.weight", "mlp.down_proj.bias"));
  const std::vector<ParameterSpec> unbiased = parameters_of(swiglu({2, 3}));
  ASSERT_EQ(unbiased.size(), 3u) << "as in Llama";
  EXPECT_EQ(unbiased[1].shape, (Shape{3, 2}));
  EXPECT_EQ(unbiased[2].shape, (Shape{2, 3}));
}

class SwigluOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  // One feature, one hidden value: gate 2x, value 3x, times 5.
  static std::unique_ptr<Network> of_one_feature(DType dtype = DType::float64) {
    NamedTensors weights;
    weights.add({"mlp.gate_proj.weight", {1, 1}, std::vector<double>{2}});
    weights.add({"mlp.up_proj.weight", {1, 1}, std::vector<double>{3}});
    weights.add({"mlp.down_proj.weight", {1, 1}, std::vector<double>{5}});
    return loaded(*GetParam(), swiglu({1, 1}), weights, dtype);
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, SwigluOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(SwigluOnEachSide, ComputesWhatTheFormulasSay) {
  const OwnedBatch batch{Tensor("inputs", {1, 1}, std::vector<double>{0.25}),
                         Tensor("targets", {1, 1}, std::vector<double>{-2})};
  const std::unique_ptr<Network> network = of_one_feature();
  const double g = 0.5, u = 0.75, s = 1 / (1 + std::exp(-g)), slope = s * (1 + g * (1 - s)), d_h = -2 * 5;
  EXPECT_NEAR(network->predict(batch.inputs.view()).to_doubles()[0], 5 * g * s * u, 1e-15);
  const Gradients gradients = network->gradients(batch.view());
  EXPECT_NEAR(gradients.parameters.at("mlp.down_proj.weight").to_doubles()[0], -2 * g * s * u, 1e-15);
  EXPECT_NEAR(gradients.parameters.at("mlp.up_proj.weight").to_doubles()[0], d_h * g * s * 0.25, 1e-15);
  EXPECT_NEAR(gradients.parameters.at("mlp.gate_proj.weight").to_doubles()[0], d_h * u * slope * 0.25, 1e-15);
  EXPECT_NEAR(gradients.input->to_doubles()[0], d_h * (3 * g * s + 2 * u * slope), 1e-14);
}

// Gates of ±2000: exp overflows there. An open gate hands its value on times itself; a closed one hands on
// nothing, in either direction.
TEST_P(SwigluOnEachSide, StaysFiniteWhereGatesAreFarOut) {
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

TEST_P(SwigluOnEachSide, RefusesShapesAndSizesThatDoNotFit) {
  const auto build = [](const NetworkSpec& spec) { GetParam()->build(spec, DType::float64, Device::cpu); };
  EXPECT_THROW_MESSAGE(build(swiglu({0, 2})), LayerError, "mlp: hidden_size is 0");
  EXPECT_THROW_MESSAGE(build(swiglu({2, -3})), LayerError, "mlp: intermediate_size is -3");
  NetworkSpec narrow = swiglu({4, 2});
  narrow.input = {3};
  EXPECT_THROW_MESSAGE(build(narrow), LayerError, "mlp: expected 4 features, got 1×3");
}

}  // namespace
}  // namespace twin
