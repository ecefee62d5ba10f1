// Hessian-vector products: forward mode through the backward pass by hand, against autograd's double backward
// and against differences of gradients.
#include <cmath>
#include <gmock/gmock.h>

#include "shared/catalogue.hpp"
#include "shared/compare/tolerances.hpp"
#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

struct SecondCase {
  std::string name;
  NetworkSpec spec;
  std::int64_t rows;
  bool smooth = true;  // no kink that a difference could step over
};
void PrintTo(const SecondCase& c, std::ostream* out) { *out << c.name; }

std::vector<SecondCase> second_cases() {
  const NetworkSpec mixed = mlp({5, 4, 3}, MseLossSpec{}, SgdSpec{}, UniformInitialiser{});
  const NetworkSpec tanh_network{
      {{"hidden", DenseSpec{5, 4}}, {"tanh", TanhSpec{}}, {"output", DenseSpec{4, 3}}},
      CrossEntropyLossSpec{},
      SgdSpec{},
      UniformInitialiser{},
      {5}};
  return {{"xor", find_network("xor").spec, 4},
          {"mlp", mixed, 7},
          {"tanh", tanh_network, 6},
          {"fashion_mlp", find_network("fashion-mlp").spec, 3},
          {"lenet", find_network("lenet").spec, 2, false}};
}

NamedTensors random_direction(const NetworkSpec& spec, Seed seed) {
  return initial_parameters(
      {spec.layers, spec.loss, spec.optimizer, UniformInitialiser{.bound = 1}, spec.input}, DType::float64,
      seed);
}

double dot(const NamedTensors& a, const NamedTensors& b) {
  double sum = 0;
  for (const Tensor& tensor : a) {
    const std::vector<double> x = tensor.to_doubles(), y = b.at(tensor.name()).to_doubles();
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  }
  return sum;
}

NamedTensors moved(const NamedTensors& parameters, const NamedTensors& direction, double by) {
  NamedTensors result;
  for (const Tensor& tensor : parameters) {
    std::vector<double> values = tensor.to_doubles();
    const std::vector<double> v = direction.at(tensor.name()).to_doubles();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += by * v[i];
    result.add({tensor.name(), tensor.shape(), std::move(values)});
  }
  return result;
}

class SecondDerivatives : public testing::TestWithParam<SecondCase> {
 protected:
  const SecondCase& c_ = GetParam();
  // Its own initial weights: under larger ones, outputs saturate and second derivatives are next to nothing.
  RandomCase data_{initial_parameters(c_.spec, DType::float64, 1),
                   random_case(c_.spec, c_.rows, input_features(c_.spec), 1, 1).batches};
  NamedTensors u_ = random_direction(c_.spec, 2), v_ = random_direction(c_.spec, 3);

  NamedTensors product(const Backend& backend, const NamedTensors& direction) const {
    return loaded(backend, c_.spec, data_.parameters)
        ->hessian_vector_product(data_.batches[0].view(), direction);
  }
};
INSTANTIATE_TEST_SUITE_P(Networks, SecondDerivatives, testing::ValuesIn(second_cases()),
                         [](const auto& info) { return info.param.name; });

TEST_P(SecondDerivatives, TwinsAgree) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  const NamedTensors manual = product(twins().manual, v_), autograd = product(*twins().autograd, v_);
  ASSERT_EQ(manual.size(), autograd.size());
  EXPECT_LE(largest_relative_gap(manual, autograd), tolerance::kSecondDerivatives);
  EXPECT_GT(dot(manual, manual), 0);
}

// uᵀ·(H·v) = vᵀ·(H·u).
TEST_P(SecondDerivatives, AreSymmetric) {
  for (const Backend* backend : backends()) {
    const NamedTensors h_u = product(*backend, u_), h_v = product(*backend, v_);
    const double scale = std::sqrt(dot(u_, u_) * dot(h_v, h_v));
    EXPECT_NEAR(dot(u_, h_v), dot(v_, h_u), tolerance::kSecondDerivatives * scale) << backend->name();
  }
}

TEST_P(SecondDerivatives, AreWhatGradientsChangeBy) {
  if (!c_.smooth) GTEST_SKIP() << "a step over the kink of a ReLU, or to another maximum, says nothing";
  // Half of the digits are left.
  constexpr double kStep = 1e-6, kGap = 1e-6;
  const auto gradient = [&](double by) {
    return loaded(twins().manual, c_.spec, moved(data_.parameters, v_, by))
        ->gradients(data_.batches[0].view())
        .parameters;
  };
  const NamedTensors behind = gradient(-kStep), ahead = gradient(kStep);
  NamedTensors differences;
  for (const Tensor& tensor : ahead) {
    std::vector<double> values = tensor.to_doubles();
    const std::vector<double> others = behind.at(tensor.name()).to_doubles();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = (values[i] - others[i]) / (2 * kStep);
    differences.add({tensor.name(), tensor.shape(), std::move(values)});
  }
  EXPECT_LE(largest_relative_gap(product(twins().manual, v_), differences), kGap);
}

TEST(SecondDerivative, OfALinearLossIsZero) {
  const NetworkSpec linear{
      {{"dense", DenseSpec{3, 2}}}, InnerProductLossSpec{}, SgdSpec{}, UniformInitialiser{}, {3}};
  const RandomCase data = random_case(linear, 4, 3, 1, 1);
  if (twins().autograd) {
    const NamedTensors product =
        loaded(*twins().autograd, linear, data.parameters)
            ->hessian_vector_product(data.batches[0].view(), random_direction(linear, 2));
    EXPECT_EQ(dot(product, product), 0);
  }
}

TEST(SecondDerivative, NamesWhatIsNotThereByHand) {
  const NetworkSpec norm{{{"dense", DenseSpec{3, 2}}, {"norm", BatchNormSpec{2}}},
                         MseLossSpec{},
                         SgdSpec{},
                         UniformInitialiser{},
                         {3}};
  const RandomCase data = random_case(norm, 4, 3, 1, 1);
  const NamedTensors direction = random_direction(norm, 2);
  EXPECT_THROW_MESSAGE(loaded(twins().manual, norm, data.parameters)
                           ->hessian_vector_product(data.batches[0].view(), direction),
                       UsageError, "norm (batch_norm) has no second derivatives by hand");
  const OwnedBatch narrow = data.batches[0].as(DType::float32);
  EXPECT_THROW_MESSAGE(loaded(twins().manual, norm, data.parameters, DType::float32)
                           ->hessian_vector_product(narrow.view(), direction),
                       UsageError, "float64");
}

}  // namespace
}  // namespace twin
