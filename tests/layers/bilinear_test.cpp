#include "manual/layers/bilinear.hpp"

#include <gmock/gmock.h>

#include "manual/layer.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using Values = std::vector<double>;

TEST(BilinearTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    const BilinearSpec spec{drawn(1, 7), drawn(1, 7), drawn(1, 5), drawn_bool()};
    Shape leading(static_cast<std::size_t>(drawn(1, 3)));
    for (std::int64_t& extent : leading) extent = drawn(1, 4);
    Shape x1 = leading, x2 = leading;
    x1.push_back(spec.in1_features);
    x2.push_back(spec.in2_features);
    Example example = layer_example("random", {{"bilinear", spec}}, std::move(x1));
    example.further = {{"input2", std::move(x2)}};
    return example;
  });
}

// A batch of a bilinear layer: x1, x2, and targets for one output.
OwnedBatch batch_of(Shape x1_shape, Values x1, Shape x2_shape, Values x2, Values targets) {
  const auto rows = static_cast<std::int64_t>(targets.size());
  OwnedBatch batch{{"inputs", std::move(x1_shape), std::move(x1)},
                   {"targets", {rows, 1}, std::move(targets)}};
  batch.further.add({"input2", std::move(x2_shape), std::move(x2)});
  return batch;
}

class BilinearOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  std::unique_ptr<Network> network(const std::vector<LayerSpec>& layers, const NamedTensors& parameters) {
    NetworkSpec spec = layer_alone(layers.front());
    spec.layers = layers;
    return loaded(*GetParam(), spec, parameters);
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, BilinearOnEachSide, testing::ValuesIn(backends()), backend_name);

// x1 = (1, 2), x2 = (3, 4, 5), W = ((1, 2, 3), (4, 5, 6)), b = 7: x1·W = (9, 12, 15), times x2: 150, and 7.
TEST_P(BilinearOnEachSide, ComputesWhatTheFormulasSay) {
  NamedTensors parameters;
  parameters.add({"bilinear.weight", {1, 2, 3}, Values{1, 2, 3, 4, 5, 6}});
  parameters.add({"bilinear.bias", {1}, Values{7}});
  const auto alone = network({{"bilinear", BilinearSpec{2, 3, 1}}}, parameters);
  const OwnedBatch batch = batch_of({1, 2}, {1, 2}, {1, 3}, {3, 4, 5}, {1});
  EXPECT_THAT(alone->predict(batch.view()).to_doubles(), ElementsAre(157));
  const Gradients gradients = alone->gradients(batch.view());
  EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(3 + 8 + 15, 12 + 20 + 30));
  EXPECT_THAT(gradients.further.at("input2").to_doubles(), ElementsAre(9, 12, 15));
  EXPECT_THAT(gradients.parameters.at("bilinear.weight").to_doubles(), ElementsAre(3, 4, 5, 6, 8, 10));
  EXPECT_THAT(gradients.parameters.at("bilinear.bias").to_doubles(), ElementsAre(1));
}

// y = w₂·(w₁·x·z)·z with w₁ = 2, w₂ = 3, x = 5, z = 7: by z it changes twice, through each layer.
TEST_P(BilinearOnEachSide, TheGradientOfAFurtherInputIsTheSumOverTheLayersThatTakeIt) {
  NamedTensors parameters;
  parameters.add({"first.weight", {1, 1, 1}, Values{2}});
  parameters.add({"second.weight", {1, 1, 1}, Values{3}});
  const BilinearSpec one{1, 1, 1, false};
  const auto both = network({{"first", one}, {"second", one}}, parameters);
  const OwnedBatch batch = batch_of({1, 1}, {5}, {1, 1}, {7}, {1});
  for (int call = 0; call < 2; ++call) {
    const Gradients gradients = both->gradients(batch.view());
    EXPECT_EQ(gradients.further.at("input2").to_doubles(), Values{2 * 2 * 3 * 5 * 7}) << "call " << call;
    EXPECT_EQ(gradients.input->to_doubles(), Values{2 * 3 * 7 * 7});
  }
}

TEST_P(BilinearOnEachSide, ATraceHoldsTheFurtherInputAndItsGradient) {
  NamedTensors parameters;
  parameters.add({"bilinear.weight", {1, 1, 1}, Values{2}});
  const auto alone = network({{"bilinear", BilinearSpec{1, 1, 1, false}}}, parameters);
  const Trace trace = alone->trace_step(batch_of({1, 1}, {5}, {1, 1}, {7}, {1}).view());
  const TraceEntry* given = find(trace, Role::input, "bilinear.input2");
  const TraceEntry* gradient = find(trace, Role::input_gradient, "bilinear.input2");
  ASSERT_TRUE(given && gradient);
  EXPECT_EQ(given->value.to_doubles(), Values{7});
  EXPECT_EQ(gradient->value.to_doubles(), Values{2 * 5});
}

TEST_P(BilinearOnEachSide, RefusesFurtherInputsThatDoNotFit) {
  const NetworkSpec spec = layer_example("", {{"bilinear", BilinearSpec{2, 3, 1}}}, {4, 2}).spec;
  const auto network = GetParam()->build(spec, DType::float64, Device::cpu);
  const OwnedBatch right =
      random_batch(spec, {4, 2}, DType::float64, 1, 0, Draw::uniform, 1, {{"input2", {4, 3}}});
  EXPECT_NO_THROW(network->loss(right.view()));
  const auto with = [&](std::initializer_list<Tensor> further) {
    OwnedBatch batch = right;
    batch.further = {};
    for (const Tensor& tensor : further) batch.further.add(tensor);
    return batch;
  };
  const auto zeros = [](const char* name, Shape shape, DType dtype = DType::float64) {
    return Tensor::zeros(name, std::move(shape), dtype);
  };
  EXPECT_THROW_MESSAGE(network->loss(with({}).view()), ShapeError,
                       "further inputs: expected input2, got none");
  EXPECT_THROW_MESSAGE(network->predict(right.inputs.view()), ShapeError, "expected input2, got none");
  EXPECT_THROW_MESSAGE(network->loss(with({zeros("memory", {4, 3})}).view()), ShapeError,
                       "further inputs: expected input2, got no input2");
  EXPECT_THROW_MESSAGE(network->loss(with({zeros("input2", {4, 3}), zeros("memory", {4, 3})}).view()),
                       ShapeError, "further inputs: expected input2, got memory");
  EXPECT_THROW_MESSAGE(network->loss(with({zeros("input2", {4, 2})}).view()), LayerError,
                       "bilinear: expected an input2 of 4×3, got 4×2");
  EXPECT_THROW_MESSAGE(network->loss(with({zeros("input2", {5, 3})}).view()), LayerError,
                       "bilinear: expected an input2 of 4×3, got 5×3");
  EXPECT_THROW_MESSAGE(network->loss(with({zeros("input2", {4, 3}, DType::float32)}).view()), ShapeError,
                       "input2", "float64", "float32");
}

TEST_P(BilinearOnEachSide, ANetworkWithoutFurtherInputsRefusesThem) {
  const NetworkSpec spec = layer_example("", {{"dense", DenseSpec{2, 1}}}, {4, 2}).spec;
  const auto network = GetParam()->build(spec, DType::float64, Device::cpu);
  OwnedBatch batch = random_batch(spec, 4, DType::float64, 1);
  batch.further.add(Tensor::zeros("memory", {4, 3}, DType::float64));
  EXPECT_THROW_MESSAGE(network->loss(batch.view()), ShapeError, "further inputs: expected none, got memory");
}

TEST_P(BilinearOnEachSide, RefusesSizesThatAreNone) {
  for (const auto& [spec, size] : {std::pair{BilinearSpec{0, 2, 1}, "in1_features is 0"},
                                   std::pair{BilinearSpec{2, -1, 1}, "in2_features is -1"},
                                   std::pair{BilinearSpec{2, 2, 0}, "out_features is 0"}})
    EXPECT_THROW_MESSAGE(
        GetParam()->build(layer_example("", {{"bilinear", spec}}, {2, 2}).spec, DType::float64, Device::cpu),
        LayerError, "bilinear", size);
}

// In a layer that nobody hands the batch to, as a composite might forget to.
TEST(Bilinear, NamesTheFurtherInputThatItMisses) {
  const auto layer = manual::make_layer<double>({"bilinear", BilinearSpec{2, 3, 1}}, {});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(4, 2);
  EXPECT_THROW_MESSAGE(layer->forward(manual::Activation<double>(x, manual::Extents(4, 2)), {}), LayerError,
                       "bilinear: expected a further input, input2, got none");
}

TEST(Bilinear, GradientsAddUpUntilZeroGrad) {
  manual::Bilinear<double> layer(BilinearSpec{1, 1, 1});
  layer.weight(0, 0) = 2;
  const manual::Matrix<double> five{{5}}, seven{{7}}, one{{1}};
  const manual::Extents extents(1, 1);
  const std::array<manual::Activation<double>, 2> x{manual::Activation<double>{five, extents},
                                                    manual::Activation<double>{seven, extents}};
  EXPECT_THROW(layer.backward({one, extents}), std::logic_error) << "before forward()";
  layer.forward(x);
  layer.backward({one, extents});
  layer.backward({one, extents});
  EXPECT_EQ(layer.d_weight(0, 0), 70);
  EXPECT_EQ(layer.d_bias(0), 2);
  layer.zero_grad();
  const auto d = layer.backward({one, extents});
  EXPECT_EQ(layer.d_weight(0, 0), 35);
  EXPECT_EQ(layer.d_bias(0), 1);
  EXPECT_EQ(*d[0].data(), 14);
  EXPECT_EQ(*d[1].data(), 10);
}

}  // namespace
}  // namespace twin
