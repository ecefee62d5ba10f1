#include "shared/seeds/initialise.hpp"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shared/errors.hpp"
#include "shared/networks/mlp.hpp"
#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr Seed kSeed = 42;

NetworkSpec small() { return mlp({2, 2, 1}, MseLossSpec{}, SgdSpec{}, UniformInitialiser{1.0}); }

NetworkSpec wide(InitialiserSpec initialiser) {
  return mlp({784, 256, 128, 10}, CrossEntropyLossSpec{}, SgdSpec{}, initialiser);
}

/// All values lie in [-bound, bound), and come near both ends when there are many.
void expect_fills(const Tensor& tensor, double bound) {
  const std::vector<double> values = tensor.to_doubles();
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*least, -bound) << tensor.name();
  EXPECT_LT(*most, bound) << tensor.name();
  if (values.size() < 1000) return;
  EXPECT_LT(*least, -0.99 * bound) << tensor.name();
  EXPECT_GT(*most, 0.99 * bound) << tensor.name();
}

TEST(InitialParameters, HaveTheNamesShapesAndDTypeOfTheSpecification) {
  const NetworkSpec spec = small();
  for (const DType dtype : {DType::float32, DType::float64}) {
    const NamedTensors parameters = initial_parameters(spec, dtype, kSeed);
    std::vector<std::string> names;
    for (const Tensor& tensor : parameters) {
      names.push_back(tensor.name());
      EXPECT_EQ(tensor.dtype(), dtype);
    }
    EXPECT_THAT(names, ElementsAre("hidden.weight", "hidden.bias", "output.weight", "output.bias"));
    for (const ParameterSpec& parameter : parameters_of(spec))
      EXPECT_EQ(parameters.at(parameter.name).shape(), parameter.shape);
  }
}

TEST(InitialParameters, AreUniformWithinTheBoundBiasesToo) {
  const NamedTensors parameters = initial_parameters(wide(UniformInitialiser{0.25}), DType::float64, kSeed);
  for (const Tensor& tensor : parameters) expect_fills(tensor, 0.25);
  EXPECT_NE(parameters.at("output.bias").data<double>()[0], 0);
}

TEST(InitialParameters, FollowKaiming) {
  const NamedTensors parameters =
      initial_parameters(wide(KaimingUniformInitialiser{}), DType::float64, kSeed);
  expect_fills(parameters.at("hidden1.weight"), std::sqrt(6.0 / 784));
  expect_fills(parameters.at("output.weight"), std::sqrt(6.0 / 128));
  EXPECT_THAT(parameters.at("hidden1.bias").data<double>(), Each(0));
}

TEST(Initialisers, AreFoundByName) {
  for (const char* name : {"uniform", "xavier_uniform", "kaiming_uniform"})
    EXPECT_EQ(name_of(initialiser_named(name)), name);
  EXPECT_THROW_MESSAGE(initialiser_named("zeros"), UsageError, "unknown initialiser zeros", "xavier_uniform");
}

TEST(InitialParameters, FollowXavier) {
  const NamedTensors parameters = initial_parameters(wide(XavierUniformInitialiser{}), DType::float64, kSeed);
  expect_fills(parameters.at("hidden1.weight"), std::sqrt(6.0 / (784 + 256)));
  expect_fills(parameters.at("hidden2.weight"), std::sqrt(6.0 / (256 + 128)));
  expect_fills(parameters.at("output.weight"), std::sqrt(6.0 / (128 + 10)));
  for (const std::string name : {"hidden1.bias", "hidden2.bias", "output.bias"})
    EXPECT_THAT(parameters.at(name).data<double>(), Each(0)) << name;
}

TEST(InitialParameters, OfFloat32AreThoseOfFloat64Rounded) {
  const NetworkSpec spec = wide(XavierUniformInitialiser{});
  const NamedTensors singles = initial_parameters(spec, DType::float32, kSeed);
  const NamedTensors doubles = initial_parameters(spec, DType::float64, kSeed);
  for (const Tensor& tensor : doubles) {
    const std::span<const double> values = tensor.data<double>();
    const std::vector<float> rounded(values.begin(), values.end());
    EXPECT_TRUE(std::ranges::equal(singles.at(tensor.name()).data<float>(), rounded)) << tensor.name();
  }
}

TEST(InitialParameters, DifferBySeedAndByParameter) {
  const NetworkSpec spec = mlp({3, 3, 3}, MseLossSpec{}, SgdSpec{}, UniformInitialiser{});
  const NamedTensors parameters = initial_parameters(spec, DType::float64, kSeed);
  EXPECT_NE(parameters.at("hidden.weight").to_doubles(), parameters.at("output.weight").to_doubles());
  EXPECT_NE(parameters.at("hidden.weight").to_doubles(),
            initial_parameters(spec, DType::float64, kSeed + 1).at("hidden.weight").to_doubles());
}

// A layer that is added at the end leaves the weights before it as they were.
TEST(InitialParameters, OfALayerDoNotDependOnLaterLayers) {
  const auto first_weight = [](const std::vector<std::int64_t>& widths) {
    const NetworkSpec spec = mlp(widths, MseLossSpec{}, SgdSpec{}, UniformInitialiser{});
    return (*initial_parameters(spec, DType::float64, kSeed).begin()).to_doubles();
  };
  EXPECT_EQ(first_weight({5, 4, 3}), first_weight({5, 4, 3, 2}));
}

TEST(InitialParameters, KeepTheMeaningOfASeed) {
  const NamedTensors uniform = initial_parameters(small(), DType::float64, kSeed);
  EXPECT_EQ(uniform.at("hidden.weight").data<double>()[0], -0x1.0156d88c62a2p-4);
  EXPECT_EQ(uniform.at("hidden.weight").data<double>()[1], -0x1.622c98101927p-2);
  EXPECT_EQ(uniform.at("hidden.bias").data<double>()[0], -0x1.7eb85bb3f5b34p-1);
  EXPECT_EQ(uniform.at("output.weight").data<double>()[0], 0x1.4b9619997f9cp-5);
  EXPECT_EQ(uniform.at("output.bias").data<double>()[0], -0x1.bd6eaddeb5ccp-4);
  const NamedTensors xavier = initial_parameters(wide(XavierUniformInitialiser{}), DType::float64, kSeed);
  EXPECT_EQ(xavier.at("hidden1.weight").data<double>()[0], -0x1.38bdb8886affp-8);
  EXPECT_EQ(xavier.at("hidden2.weight").data<double>()[2], -0x1.274cc61a2a998p-5);
  EXPECT_EQ(xavier.at("output.weight").data<double>()[2], -0x1.360070cbfdd05p-3);
}

TEST(UniformTensor, DrawsItsNumbersInRowMajorOrder) {
  const RandomStream stream(kSeed, Purpose::test_data, 3);
  const Tensor tensor = uniform_tensor("x", {2, 3}, DType::float64, stream, -2, 5);
  EXPECT_EQ(tensor.name(), "x");
  EXPECT_EQ(tensor.shape(), (Shape{2, 3}));
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(tensor.data<double>()[i], stream.uniform(i, -2, 5));
  EXPECT_EQ(uniform_tensor("x", {6}, DType::float32, stream, -2, 5).data<float>()[5],
            static_cast<float>(stream.uniform(5, -2, 5)));
}

}  // namespace
}  // namespace twin
