#include "manual/layers/embedding.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using manual::Extents;
using manual::Index;
using manual::Indices;
using manual::Matrix;

// An embedding in a network of its own: row k of W is {10k, 10k + 1, …}.
struct Alone {
  Alone(std::int64_t words, std::int64_t features, std::optional<std::int64_t> padding_idx = {})
      : layer(EmbeddingSpec{words, features, padding_idx}, {"embed", &shared}) {
    for (Index k = 0; k < words; ++k)
      for (Index e = 0; e < features; ++e) layer.weight.value(k, e) = static_cast<double>(10 * k + e);
  }
  std::map<std::string, manual::SharedWeight<double>*> shared;
  manual::Embedding<double> layer;
};

TEST(EmbeddingTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    EmbeddingSpec spec{drawn(1, 9), drawn(1, 7)};
    if (drawn_bool()) spec.padding_idx = drawn(-spec.num_embeddings, spec.num_embeddings - 1);
    return layer_example("any", {{"embed", spec}}, {drawn(1, 5), drawn(1, 5)});
  });
}

// The head uses every row, the padding's too: its gradient is that of the head alone.
TEST(EmbeddingTwin, APaddingRowThatIsUsedAgainHasTheGradientOfThatUse) {
  Example tied = layer_example(
      "tied", {{"embed", EmbeddingSpec{5, 3, 2}}, {"head", TiedDenseSpec{"embed", 3, 5}}}, {3, 4});
  expect_twins_agree(tied, 1);
  tied.draw = Draw::integers;
  expect_twins_agree(tied, 1);
}

TEST(Embedding, LooksRowsUpAndAddsAnExtent) {
  Alone alone(3, 2);
  const std::vector<std::int64_t> x{2, 0, 1, 1, 2, 2};
  const manual::Activation<double> y = alone.layer.forward(Indices(x.data(), Extents(1, 2, 3)));
  EXPECT_EQ(y.extents().shape(), (Shape{1, 2, 3, 2}));
  EXPECT_THAT(std::vector(y.data(), y.data() + y.size()),
              testing::ElementsAre(20, 21, 0, 1, 10, 11, 10, 11, 20, 21, 20, 21));
}

// Row 1 is met three times, row 3 once, the others never.
TEST(Embedding, GradientOfARowIsTheSumOverThePlacesThatLookedItUp) {
  Alone alone(4, 1);
  const std::vector<std::int64_t> x{1, 3, 1, 1};
  alone.layer.forward(Indices(x.data(), Extents(2, 2)));
  const Matrix<double> d_y{{1}, {20}, {300}, {4000}};
  alone.layer.backward_parameters(d_y);
  EXPECT_EQ(alone.layer.weight.gradient, (Matrix<double>{{0}, {4301}, {0}, {20}}));
  alone.layer.backward_parameters(d_y);
  EXPECT_EQ(alone.layer.weight.gradient, (Matrix<double>{{0}, {8602}, {0}, {40}})) << "they add up";
  alone.layer.zero_grad();
  alone.layer.backward_parameters(d_y);
  EXPECT_EQ(alone.layer.weight.gradient, (Matrix<double>{{0}, {4301}, {0}, {20}})) << "until zero_grad()";
}

// The padding is an output, and has no gradient; whichever way it is said.
TEST(Embedding, TheRowOfThePaddingIsAConstant) {
  for (const std::int64_t padding_idx : {std::int64_t{1}, std::int64_t{-3}}) {
    Alone alone(4, 1, padding_idx);
    const std::vector<std::int64_t> x{1, 3, 1, 0};
    EXPECT_EQ(alone.layer.forward(Indices(x.data(), Extents(2, 2))).data()[0], 10);
    const Matrix<double> d_y{{1}, {20}, {300}, {4000}};
    alone.layer.backward_parameters(d_y);
    EXPECT_EQ(alone.layer.weight.gradient, (Matrix<double>{{4000}, {0}, {0}, {20}}));
  }
}

TEST(Embedding, SaysWhichElementsHaveNoGradient) {
  const auto parts = [](EmbeddingSpec spec) {
    return without_gradient_of({{"first", DenseSpec{2, 3}}, {"embed", spec}});
  };
  EXPECT_TRUE(parts({7, 5}).empty());
  const std::vector<ParameterPart> last = parts({7, 5, -1});
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0].name, "embed.weight");
  EXPECT_EQ(last[0].first, 30);
  EXPECT_EQ(last[0].count, 5);
}

class EmbeddingOnEachSide : public testing::TestWithParam<const Backend*> {};
INSTANTIATE_TEST_SUITE_P(Sides, EmbeddingOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(EmbeddingOnEachSide, NamesTheIndexThatIsOutOfRangeAndItsPlace) {
  const NetworkSpec spec = layer_example("", {{"embed", EmbeddingSpec{7, 2}}}, {2, 3}).spec;
  const auto network = GetParam()->build(spec, DType::float64, Device::cpu);
  for (const std::int64_t wrong : {std::int64_t{7}, std::int64_t{-1}}) {
    const Tensor inputs("inputs", {2, 3}, std::vector<std::int64_t>{0, 6, 1, 2, wrong, 3});
    EXPECT_THROW_MESSAGE(network->predict(inputs.view()), LayerError,
                         "embed: expected indices in 0…6, got " + std::to_string(wrong) + " at place 4");
  }
}

TEST_P(EmbeddingOnEachSide, RefusesIndicesOfFiveExtents) {
  const NetworkSpec spec = layer_example("", {{"embed", EmbeddingSpec{7, 2}}}, {1, 1, 1, 1, 1}).spec;
  EXPECT_THROW_MESSAGE(GetParam()->build(spec, DType::float64, Device::cpu), LayerError,
                       "embed: expected one to five extents, all above 0, got 1×1×1×1×1×2");
}

TEST_P(EmbeddingOnEachSide, RefusesNumbers) {
  const NetworkSpec spec = layer_example("", {{"embed", EmbeddingSpec{7, 2}}}, {2, 3}).spec;
  const auto network = GetParam()->build(spec, DType::float64, Device::cpu);
  const Tensor numbers = Tensor::zeros("inputs", {2, 3}, DType::float64);
  EXPECT_THROW_MESSAGE(network->predict(numbers.view()), ShapeError, "inputs", "int64", "float64");
}

TEST_P(EmbeddingOnEachSide, RefusesToStandBehindAnotherLayer) {
  const NetworkSpec spec =
      layer_example("", {{"first", DenseSpec{3, 2}}, {"embed", EmbeddingSpec{7, 2}}}, {2, 3}).spec;
  EXPECT_THROW_MESSAGE(GetParam()->build(spec, DType::float64, Device::cpu), LayerError, "embed",
                       "expected to stand first");
}

// A momentum that has gathered elsewhere moves it as little.
TEST_P(EmbeddingOnEachSide, TrainingLeavesThePaddingAsItIs) {
  const NetworkSpec spec = layer_example("", {{"embed", EmbeddingSpec{5, 3, 1}}}, {4, 6}).spec;
  const RandomCase data = random_case(spec, 4, 6, 1);
  const auto network = loaded(*GetParam(), spec, data.parameters);
  for (const OwnedBatch& batch : data.batches) network->train_step(batch.view());
  const std::vector<double> before = data.parameters.at("embed.weight").to_doubles(),
                            after = network->parameters().at("embed.weight").to_doubles();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i] == after[i], i / 3 == 1) << i;
}

TEST_P(EmbeddingOnEachSide, RefusesSizesThatAreNone) {
  for (const auto& [spec, size] :
       {std::pair{EmbeddingSpec{0, 2}, "num_embeddings is 0"},
        std::pair{EmbeddingSpec{2, -1}, "embedding_dim is -1"},
        std::pair{EmbeddingSpec{3, 2, 3}, "padding_idx is 3, expected one of -3…2"},
        std::pair{EmbeddingSpec{3, 2, -4}, "padding_idx is -4"}})
    EXPECT_THROW_MESSAGE(
        GetParam()->build(layer_example("", {{"embed", spec}}, {2, 3}).spec, DType::float64, Device::cpu),
        LayerError, "embed", size);
}

TEST(Embedding, RefusesBackwardBeforeForward) {
  Alone alone(3, 2);
  const Matrix<double> d_y = Matrix<double>::Zero(5, 2);
  EXPECT_THROW(alone.layer.backward_parameters(d_y), std::logic_error);
}

}  // namespace
}  // namespace twin
