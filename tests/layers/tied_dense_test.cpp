#include "manual/layers/tied_dense.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

// An embedding, layers between, and a head that shares its weight.
std::vector<LayerSpec> tied(std::int64_t words, std::int64_t features, const std::string& owner = "embed") {
  return {{"embed", EmbeddingSpec{words, features}},
          {"dense", DenseSpec{features, features}},
          {"head", TiedDenseSpec{owner, features, words}}};
}

TEST(TiedDenseTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    return layer_example("any", tied(drawn(1, 9), drawn(1, 5)), {drawn(1, 4), drawn(1, 4)});
  });
}

TEST(TiedDense, HasNoParameterOfItsOwn) {
  const NetworkSpec spec = layer_example("", tied(7, 3), {2, 5}).spec;
  for (const Backend* backend : backends()) {
    std::vector<std::string> names;
    for (const Tensor& tensor : backend->build(spec, DType::float64, Device::cpu)->parameters())
      names.push_back(tensor.name());
    EXPECT_THAT(names, testing::ElementsAre("embed.weight", "dense.weight", "dense.bias")) << backend->name();
  }
}

// The gradient of the tied weight is that of the embedding and that of the head of a network of the same
// values in which they are two.
TEST(TiedDense, GradientsOfBothUsesAddUp) {
  const std::int64_t words = 7, features = 3;
  const NetworkSpec shared = layer_example("", tied(words, features), {2, 5}).spec;
  NetworkSpec apart = shared;
  apart.layers.back().kind = DenseSpec{features, words, false};
  RandomCase data = rounded_to_integers(random_case(shared, 2, 5, 1));
  for (const Backend* backend : backends()) {
    const Gradients both = loaded(*backend, shared, data.parameters)->gradients(data.batches[0].view());
    NamedTensors untied = data.parameters;
    untied.add(data.parameters.at("embed.weight").renamed("head.weight"));
    const Gradients each = loaded(*backend, apart, untied)->gradients(data.batches[0].view());
    const std::vector<double> sum = both.parameters.at("embed.weight").to_doubles(),
                              first = each.parameters.at("embed.weight").to_doubles(),
                              second = each.parameters.at("head.weight").to_doubles();
    for (std::size_t i = 0; i < sum.size(); ++i) EXPECT_EQ(sum[i], first[i] + second[i]) << backend->name();
    EXPECT_EQ(both.loss, each.loss);
  }
}

TEST(TiedDenseTwin, TwoHeadsAndTheirEmbeddingShareOneWeight) {
  std::vector<LayerSpec> layers = tied(5, 3);
  layers.push_back({"back", DenseSpec{5, 3}});
  layers.push_back({"again", TiedDenseSpec{"embed", 3, 5}});
  for (Seed seed = 1; seed <= 3; ++seed)
    EXPECT_EQ(disagreements(layer_example("two heads", layers, {2, 3}), {.seed = seed}), "");
}

class TiedDenseOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  static void build(const std::vector<LayerSpec>& layers) {
    GetParam()->build({layers, InnerProductLossSpec{}, SgdSpec{}, UniformInitialiser{}, {5}}, DType::float64,
                      Device::cpu);
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, TiedDenseOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(TiedDenseOnEachSide, RefusesAPathWithoutAnEmbedding) {
  for (const char* owner : {"", "dense", "head", "embedding"})
    EXPECT_THROW_MESSAGE(
        build(tied(7, 3, owner)), LayerError,
        std::string("head: expected the path of an embedding before it, got \"") + owner + "\"");
}

TEST_P(TiedDenseOnEachSide, RefusesSizesThatAreNotThoseOfTheEmbedding) {
  std::vector<LayerSpec> layers = tied(7, 3);
  layers.back().kind = TiedDenseSpec{"embed", 3, 8};
  EXPECT_THROW_MESSAGE(build(layers), LayerError, "head: expected 8×3 for embed.weight, got 7×3");
}

TEST_P(TiedDenseOnEachSide, RefusesSizesThatAreNone) {
  std::vector<LayerSpec> layers = tied(7, 3);
  layers.back().kind = TiedDenseSpec{"embed", 3, 0};
  EXPECT_THROW_MESSAGE(build(layers), LayerError, "head: out_features is 0");
}

}  // namespace
}  // namespace twin
