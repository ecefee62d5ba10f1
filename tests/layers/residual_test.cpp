#include "manual/layers/residual.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec around(std::vector<LayerSpec> block, Shape sample) {
  NetworkSpec spec = layer_alone({"residual", ResidualSpec{std::move(block)}});
  spec.input = std::move(sample);
  return spec;
}

// Blocks of dense layers, smooth layers and blocks in blocks, that keep the number of features.
std::vector<LayerSpec> any_block(std::int64_t features, int levels) {
  std::vector<LayerSpec> block;
  const std::int64_t count = drawn(1, 3);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string name = "layer" + std::to_string(i);
    switch (drawn(0, levels > 0 ? 2 : 1)) {
      case 0:
        block.push_back({name, DenseSpec{features, features, drawn_bool()}});
        break;
      case 1:
        block.push_back(smooth_layer(name));
        break;
      default:
        block.push_back({name, ResidualSpec{any_block(features, levels - 1)}});
    }
  }
  return block;
}

TEST(ResidualTwin, AgreesAroundAnyBlock) {
  expect_twins_agree_on_random([] {
    const std::int64_t features = drawn(1, 4);
    Shape input{drawn(1, 4), drawn(1, 3), features};
    if (drawn_bool()) input.erase(input.begin() + 1);
    return layer_example("any", {{"residual", ResidualSpec{any_block(features, 2)}}}, std::move(input));
  });
}

TEST(Residual, NamesItsChildrenUnderItsPath) {
  const NetworkSpec spec = around({{"up", DenseSpec{3, 5}},
                                   {"down", DenseSpec{5, 3}},
                                   {"inner", ResidualSpec{{{"dense", DenseSpec{3, 3}}}}}},
                                  {3});
  std::vector<std::string> names;
  for (const ParameterSpec& p : parameters_of(spec)) names.push_back(p.name);
  EXPECT_THAT(names,
              ElementsAre("residual.up.weight", "residual.up.bias", "residual.down.weight",
                          "residual.down.bias", "residual.inner.dense.weight", "residual.inner.dense.bias"));
  EXPECT_EQ(stem_of(find_layer(spec.layers, "residual.inner.dense").value()), "dense");
  EXPECT_EQ(find_layer(spec.layers, "residual.inner.sigmoid"), std::nullopt);
}

// Weights of zero: the block yields its bias, and nothing comes back out of it.
TEST(Residual, PassesValuesAndGradientsAroundABlockThatDoesNothing) {
  const NetworkSpec spec = around({{"dense", DenseSpec{2, 2}}}, {2});
  const OwnedBatch batch{Tensor("inputs", {3, 2}, std::vector<double>{1, 2, 3, 4, 5, 6}),
                         Tensor("targets", {3, 2}, std::vector<double>{7, -8, 9, -10, 11, -12})};
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = backend->build(spec, DType::float64, Device::cpu);
    EXPECT_EQ(network->predict(batch.inputs.view()).to_doubles(), batch.inputs.to_doubles());
    EXPECT_EQ(network->gradients(batch.view()).input->to_doubles(), batch.targets.to_doubles());
  }
}

class ResidualOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  static void build(const NetworkSpec& spec) { GetParam()->build(spec, DType::float64, Device::cpu); }
};
INSTANTIATE_TEST_SUITE_P(Sides, ResidualOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(ResidualOnEachSide, RefusesABlockThatChangesTheShape) {
  EXPECT_THROW_MESSAGE(build(around({{"dense", DenseSpec{3, 5}}}, {3})), LayerError,
                       "residual: expected 1×3 from the block, as it is given, got 1×5");
}

TEST_P(ResidualOnEachSide, RefusesABlockOfNothing) {
  EXPECT_THROW_MESSAGE(build(around({}, {3})), LayerError,
                       "residual: expected a layer or more in the block, got none");
}

TEST_P(ResidualOnEachSide, NamesTheChildThatRefuses) {
  EXPECT_THROW_MESSAGE(build(around({{"inner", ResidualSpec{{{"dense", DenseSpec{0, 3}}}}}}, {3})),
                       LayerError, "residual.inner.dense: in_features is 0");
  EXPECT_THROW_MESSAGE(build(around({{"inner", ResidualSpec{{{"dense", DenseSpec{4, 3}}}}}}, {3})),
                       LayerError, "residual.inner.dense: expected 4 features, got 1×3");
}

}  // namespace
}  // namespace twin
