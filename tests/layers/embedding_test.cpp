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
  Alone(std::int64_t words, std::int64_t features)
      : layer(EmbeddingSpec{words, features}, {"embed", &shared}) {
    for (Index k = 0; k < words; ++k)
      for (Index e = 0; e < features; ++e) layer.weight.value(k, e) = static_cast<double>(10 * k + e);
  }
  std::map<std::string, manual::SharedWeight<double>*> shared;
  manual::Embedding<double> layer;
};

TEST(EmbeddingTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    return layer_example("any", {{"embed", EmbeddingSpec{drawn(1, 9), drawn(1, 7)}}},
                         {drawn(1, 5), drawn(1, 5)});
  });
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

TEST_P(EmbeddingOnEachSide, RefusesSizesThatAreNone) {
  for (const auto& [spec, size] : {std::pair{EmbeddingSpec{0, 2}, "num_embeddings is 0"},
                                   std::pair{EmbeddingSpec{2, -1}, "embedding_dim is -1"}})
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
