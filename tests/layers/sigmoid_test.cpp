#include "manual/layers/sigmoid.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

NetworkSpec sigmoid() { return layer_alone({"sigmoid", SigmoidSpec{}}); }

template <typename Scalar>
manual::Matrix<Scalar> row(const std::vector<Scalar>& values) {
  return manual::ConstMatrixView<Scalar>(values.data(), 1, static_cast<manual::Index>(values.size()));
}

// Both tails, where y or 1 - y leaves the normal numbers or vanishes, the subnormal inputs, and the middle.
template <typename Scalar>
std::vector<Scalar> extreme_inputs() {
  using Limits = std::numeric_limits<Scalar>;
  std::vector<Scalar> x;
  for (const Scalar value :
       {Scalar(0), Limits::denorm_min(), Limits::min() / 2, Limits::min(), Limits::epsilon(), Scalar(1),
        Scalar(17), Scalar(37), Scalar(88), Scalar(104), Scalar(708), Scalar(710), Scalar(746), Scalar(1000),
        Limits::max(), Limits::infinity()}) {
    x.push_back(value);
    x.push_back(-value);
  }
  return x;
}

TEST(SigmoidTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    return layer_example("random", {{"sigmoid", SigmoidSpec{}}}, {drawn(1, 7), drawn(1, 19)},
                         drawn_from(std::vector{1e-6, 1.0, 10.0}));
  });
}

template <typename Scalar>
class SigmoidAtTheEnds : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(SigmoidAtTheEnds, Scalars);

TYPED_TEST(SigmoidAtTheEnds, OutputsStayWithinZeroAndOne) {
  manual::Sigmoid<TypeParam> layer(SigmoidSpec{});
  const std::vector<TypeParam> inputs = extreme_inputs<TypeParam>();
  const manual::Matrix<TypeParam> x = row(inputs);
  const manual::Matrix<TypeParam> y = layer.forward(x);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const TypeParam value = y(0, static_cast<manual::Index>(i));
    EXPECT_TRUE(value >= 0 && value <= 1) << "sigmoid(" << inputs[i] << ") = " << value;
    if (inputs[i] >= 1000) {
      EXPECT_EQ(value, 1) << inputs[i];
    } else if (inputs[i] <= -1000) {
      // The vectorised exp stops short of infinity: its inverse is below every normal number, if not 0.
      EXPECT_LT(value, std::numeric_limits<TypeParam>::min()) << inputs[i];
    } else if (std::abs(inputs[i]) <= std::numeric_limits<TypeParam>::min()) {
      EXPECT_EQ(value, TypeParam(0.5)) << inputs[i];
    }
  }
}

TYPED_TEST(SigmoidAtTheEnds, GradientsAreFiniteAndVanishThere) {
  manual::Sigmoid<TypeParam> layer(SigmoidSpec{});
  const std::vector<TypeParam> inputs = extreme_inputs<TypeParam>();
  const manual::Matrix<TypeParam> x = row(inputs);
  const manual::Matrix<TypeParam> d_y = manual::Matrix<TypeParam>::Constant(1, x.cols(), TypeParam(-3));
  layer.forward(x);
  const manual::Matrix<TypeParam> d_x = layer.backward(d_y);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const TypeParam value = d_x(0, static_cast<manual::Index>(i));
    EXPECT_TRUE(value <= 0 && value >= TypeParam(-0.75)) << "at " << inputs[i] << ": " << value;
    if (std::abs(inputs[i]) >= 1000) {
      EXPECT_LT(std::abs(value), 4 * std::numeric_limits<TypeParam>::min()) << inputs[i];
    }
  }
}

// Alone in its row, where exp is the standard library's, and among others, where it is Eigen's.
TYPED_TEST(SigmoidAtTheEnds, NanStaysNanAndStaysAlone) {
  const TypeParam nan = std::numeric_limits<TypeParam>::quiet_NaN();
  for (const std::size_t columns : {1, 4, 16, 35})
    for (std::size_t at = 0; at < columns; at += 3) {
      std::vector<TypeParam> inputs(columns, TypeParam(1));
      inputs[at] = nan;
      manual::Sigmoid<TypeParam> layer(SigmoidSpec{});
      const manual::Matrix<TypeParam> x = row(inputs);
      const manual::Matrix<TypeParam> y = layer.forward(x);
      const manual::Matrix<TypeParam> d_y = manual::Matrix<TypeParam>::Ones(1, x.cols());
      const manual::Matrix<TypeParam> d_x = layer.backward(d_y);
      for (std::size_t i = 0; i < columns; ++i) {
        const auto k = static_cast<manual::Index>(i);
        EXPECT_EQ(std::isnan(y(0, k)), i == at) << columns << " columns, NaN at " << at;
        EXPECT_EQ(std::isnan(d_x(0, k)), i == at) << columns << " columns, NaN at " << at;
      }
    }
}

// Each side within a few roundings of the exact value; what is below the normal numbers may be 0 on one side.
TYPED_TEST(SigmoidAtTheEnds, TwinsAgreeThere) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  constexpr DType kDType = dtype_of<TypeParam>();
  std::vector<TypeParam> inputs = extreme_inputs<TypeParam>();
  const Shape shape{1, static_cast<std::int64_t>(inputs.size())};
  const OwnedBatch batch{Tensor("inputs", shape, inputs),
                         Tensor("targets", shape, std::vector<TypeParam>(inputs.size(), TypeParam(-3)))};
  const auto results = [&](const Backend& backend) {
    const std::unique_ptr<Network> network = loaded(backend, sigmoid(), {}, kDType);
    return std::pair{network->predict(batch.inputs.view()).to_doubles(),
                     network->gradients(batch.view()).input->to_doubles()};
  };
  const auto [y, d_x] = results(twins().manual);
  const auto [expected_y, expected_d_x] = results(*twins().autograd);
  const double tiny = 4 * static_cast<double>(std::numeric_limits<TypeParam>::min());
  const double u = unit_roundoff(kDType);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_NEAR(y[i], expected_y[i], 16 * u * expected_y[i] + tiny) << "y at " << inputs[i];
    // 1 - y carries the rounding of y, which is all that is left of it when y is close to 1.
    EXPECT_NEAR(d_x[i], expected_d_x[i], 3 * 16 * u * expected_y[i] + tiny) << "d_x at " << inputs[i];
  }
}

// Over all that gives a normal number, evenly in x and evenly in the bits of x.
TYPED_TEST(SigmoidAtTheEnds, OutputsAreAsExactAsTheHeaderSays) {
  using Limits = std::numeric_limits<TypeParam>;
  constexpr int kValues = 200000;
  const double least = std::log(static_cast<double>(Limits::min())) + 0.5;
  std::vector<TypeParam> inputs;
  for (int i = 0; i < kValues; ++i) {
    inputs.push_back(static_cast<TypeParam>(least + (40 - least) * i / kValues));
    inputs.push_back(static_cast<TypeParam>((i % 2 ? 1 : -1) * std::exp2(-30 + 35.0 * i / kValues)));
  }
  manual::Sigmoid<TypeParam> layer(SigmoidSpec{});
  const manual::Matrix<TypeParam> x = row(inputs);
  const manual::Matrix<TypeParam>& y = layer.forward(x);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Exact<TypeParam> exact = 1 / (1 + std::exp(-Exact<TypeParam>(inputs[i])));
    ASSERT_LE(ulps(y(0, static_cast<manual::Index>(i)), exact), promised_ulps<TypeParam>(exact)) << inputs[i];
  }
}

TYPED_TEST(SigmoidAtTheEnds, IsAntisymmetricAboutOneHalf) {
  std::vector<TypeParam> inputs;
  for (int i = -200; i <= 200; ++i) inputs.push_back(TypeParam(i) / TypeParam(7));
  const manual::Matrix<TypeParam> x = row(inputs);
  const manual::Matrix<TypeParam> minus_x = -x;
  manual::Sigmoid<TypeParam> layer(SigmoidSpec{}), mirrored(SigmoidSpec{});
  const manual::Matrix<TypeParam> sum = layer.forward(x) + mirrored.forward(minus_x);
  EXPECT_LE((sum.array() - 1).abs().maxCoeff(),
            8 * static_cast<TypeParam>(unit_roundoff(dtype_of<TypeParam>())));
}

// An exp that has overflowed bounds nothing; it must not turn right code into a failure either.
TEST(SigmoidTwin, SaturatedNeuronsAreNoFailure) {
  RandomCase data = random_case(sigmoid(), 3, 5, 1);
  for (OwnedBatch& batch : data.batches) {
    batch.inputs.data<double>()[0] = -1000;
    batch.inputs.data<double>()[1] = 1000;
  }
  EXPECT_EQ(failures_of(check_equivalence(twins(), sigmoid(), data.parameters, data.batches, {})), "");
}

TEST(Sigmoid, NamesTheShapeItExpected) {
  manual::Sigmoid<double> layer(SigmoidSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> narrow = manual::Matrix<double>::Zero(2, 1);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
