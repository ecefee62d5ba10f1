#include "shared/tensors/tensor.hpp"

#include <limits>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr DType kDTypes[] = {DType::float32, DType::float64, DType::int64, DType::uint8};

Tensor doubles(std::string name, Shape shape, std::vector<double> values) {
  return {std::move(name), std::move(shape), std::move(values)};
}

TEST(Tensor, CopiesValuesHeldElsewhere) {
  const float single[] = {1, 2, 3, 4, 5, 6};
  const Tensor tensor = Tensor::copy_of("weight", {3, 2}, std::span(single));
  EXPECT_EQ(tensor.dtype(), DType::float32);
  EXPECT_EQ(tensor.to_doubles(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_NE(tensor.data<float>().data(), single);
  const std::vector<double> twice{1, 2};
  EXPECT_EQ(Tensor::copy_of("bias", {2}, twice).dtype(), DType::float64);
  EXPECT_THROW_MESSAGE(Tensor::copy_of("bias", {3}, twice), ShapeError, "bias: 2 values do not fill 3");
}

TEST(DType, HasAName) {
  EXPECT_EQ(to_string(DType::float32), "float32");
  EXPECT_EQ(to_string(DType::float64), "float64");
  EXPECT_EQ(to_string(DType::int64), "int64");
  EXPECT_EQ(to_string(DType::uint8), "uint8");
}

TEST(DType, UnitRoundoffIsHalfTheDistanceFromOneToTheNextNumber) {
  EXPECT_EQ(unit_roundoff(DType::float32), std::numeric_limits<float>::epsilon() / 2);
  EXPECT_EQ(unit_roundoff(DType::float64), std::numeric_limits<double>::epsilon() / 2);
  EXPECT_THROW_MESSAGE(unit_roundoff(DType::int64), ShapeError, "int64 has no unit roundoff");
}

TEST(Shape, CountsElements) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({4, 784}), 3136);
  EXPECT_EQ(element_count({3, 0, 2}), 0);
}

TEST(Shape, RefusesNegativeAndOverflowingExtents) {
  EXPECT_THROW_MESSAGE(element_count({-2, -2}), ShapeError, "-2×-2 is negative or too large");
  EXPECT_THROW_MESSAGE(element_count({std::int64_t{1} << 32, std::int64_t{1} << 31}), ShapeError,
                       "4294967296×2147483648 is negative or too large");
}

TEST(Shape, PrintsItsExtents) {
  EXPECT_EQ(to_string(Shape{}), "scalar");
  EXPECT_EQ(to_string(Shape{7}), "7");
  EXPECT_EQ(to_string(Shape{4, 784}), "4×784");
}

TEST(Tensor, KeepsWhatItIsGiven) {
  const Tensor tensor("w", {2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
  EXPECT_EQ(tensor.name(), "w");
  EXPECT_EQ(tensor.shape(), (Shape{2, 3}));
  EXPECT_EQ(tensor.dtype(), DType::float32);
  EXPECT_EQ(tensor.size(), 6);
  EXPECT_THAT(tensor.data<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Tensor, IsEmptyByDefault) {
  const Tensor tensor;
  EXPECT_EQ(tensor.size(), 0);
  EXPECT_TRUE(tensor.data<float>().empty());
}

TEST(Tensor, RefusesValuesThatDoNotFillItsShape) {
  EXPECT_THROW_MESSAGE(doubles("w", {2, 3}, {1, 2}), ShapeError, "w: 2 values do not fill 2×3");
  EXPECT_THROW_MESSAGE(doubles("w", {}, {}), ShapeError, "w: 0 values do not fill scalar");
  EXPECT_THROW_MESSAGE(doubles("w", {-1, -2}, {1, 2}), ShapeError, "-1×-2");
}

TEST(Tensor, ZerosHaveTheDTypeAskedFor) {
  for (const DType dtype : kDTypes) {
    const Tensor tensor = Tensor::zeros("z", {2, 2}, dtype);
    EXPECT_EQ(tensor.dtype(), dtype);
    EXPECT_EQ(tensor.name(), "z");
    EXPECT_THAT(tensor.to_doubles(), ElementsAre(0, 0, 0, 0));
  }
}

TEST(Tensor, DataRefusesAnotherDType) {
  Tensor tensor = doubles("w", {1}, {1});
  EXPECT_THROW_MESSAGE(tensor.data<float>(), ShapeError, "w: expected float32, got float64");
  EXPECT_THROW_MESSAGE(std::as_const(tensor).data<std::int64_t>(), ShapeError,
                       "w: expected int64, got float64");
  EXPECT_THROW_MESSAGE(tensor.view().data<float>(), ShapeError, "expected float32, got float64");
}

TEST(Tensor, DataCanBeWritten) {
  Tensor tensor = doubles("w", {2}, {1, 2});
  tensor.data<double>()[1] = 5;
  EXPECT_THAT(tensor.data<double>(), ElementsAre(1, 5));
}

TEST(Tensor, ViewShowsTheSameMemory) {
  const Tensor tensor = doubles("w", {3, 2}, {1, 2, 3, 4, 5, 6});
  const TensorView view = tensor.view();
  EXPECT_EQ(view.dtype, DType::float64);
  EXPECT_EQ(view.shape, (Shape{3, 2}));
  EXPECT_EQ(view.rows(), 3);
  EXPECT_EQ(view.data<double>().data(), tensor.data<double>().data());
  EXPECT_EQ(view.data<double>().size(), 6U);
}

TEST(Tensor, RenamedChangesTheNameAlone) {
  const Tensor tensor = doubles("w", {2}, {1, 2}).renamed("v");
  EXPECT_EQ(tensor.name(), "v");
  EXPECT_EQ(tensor.shape(), Shape{2});
  EXPECT_THAT(tensor.data<double>(), ElementsAre(1, 2));
}

TEST(Tensor, AsRoundsToNearestFloat) {
  const Tensor tensor = doubles("w", {3, 1}, {0.1, -1 - 0x1p-24, 1 + 0x1.8p-24}).as(DType::float32);
  EXPECT_EQ(tensor.name(), "w");
  EXPECT_EQ(tensor.shape(), (Shape{3, 1}));
  EXPECT_THAT(tensor.data<float>(), ElementsAre(0.1F, -1.0F, 1 + 0x1p-23F));
}

TEST(Tensor, AsRoundsToNearestInteger) {
  EXPECT_THAT(doubles("w", {4}, {0.9, -1.9, 2.5, -7}).as(DType::int64).data<std::int64_t>(),
              ElementsAre(1, -2, 2, -7));
  EXPECT_THAT(doubles("w", {2}, {254.6, 3.2}).as(DType::uint8).data<std::uint8_t>(), ElementsAre(255, 3));
}

TEST(Tensor, AsKeepsWhatBothDTypesHold) {
  const Tensor bytes("b", {3}, std::vector<std::uint8_t>{0, 128, 255});
  for (const DType dtype : kDTypes) {
    EXPECT_EQ(bytes.as(dtype).dtype(), dtype);
    EXPECT_THAT(bytes.as(dtype).to_doubles(), ElementsAre(0, 128, 255));
  }
}

TEST(Tensor, AsKeepsEveryInt64) {
  const std::int64_t beyond_double = (std::int64_t{1} << 53) + 1;
  const Tensor tensor("n", {1}, std::vector<std::int64_t>{beyond_double});
  EXPECT_THAT(tensor.as(DType::int64).data<std::int64_t>(), ElementsAre(beyond_double));
}

TEST(Tensor, ToDoublesIsExact) {
  EXPECT_THAT(Tensor("f", {1}, std::vector<float>{0.1F}).to_doubles(), ElementsAre(double{0.1F}));
  EXPECT_THAT(Tensor("n", {1}, std::vector<std::int64_t>{-7}).to_doubles(), ElementsAre(-7));
}

NamedTensors weight_and_bias() {
  NamedTensors tensors;
  tensors.add(doubles("weight", {2, 3}, std::vector<double>(6, 0.1)));
  tensors.add(doubles("bias", {2}, {3, 4}));
  return tensors;
}

TEST(NamedTensors, KeepTheirOrder) {
  const NamedTensors tensors = weight_and_bias();
  std::vector<std::string> names;
  for (const Tensor& tensor : tensors) names.push_back(tensor.name());
  EXPECT_THAT(names, ElementsAre("weight", "bias"));
  EXPECT_EQ(tensors.size(), 2U);
  EXPECT_EQ(tensors.element_count(), 8);
}

TEST(NamedTensors, RefuseASecondTensorOfTheSameName) {
  NamedTensors tensors = weight_and_bias();
  EXPECT_THROW_MESSAGE(tensors.add(doubles("bias", {1}, {0})), ShapeError, "two tensors are named bias");
  EXPECT_EQ(tensors.size(), 2U);
}

TEST(NamedTensors, FindTensorsByName) {
  NamedTensors tensors = weight_and_bias();
  EXPECT_TRUE(tensors.contains("bias"));
  EXPECT_FALSE(tensors.contains("bia"));
  tensors.at("bias").data<double>()[0] = 9;
  EXPECT_THAT(std::as_const(tensors).at("bias").data<double>(), ElementsAre(9, 4));
}

TEST(NamedTensors, ListWhatThereIsWhenATensorIsMissing) {
  EXPECT_THROW_MESSAGE(weight_and_bias().at("gain"), ShapeError, "no tensor is named gain", "weight, bias");
  EXPECT_THROW_MESSAGE(NamedTensors().at("gain"), ShapeError, "no tensor is named gain", "none");
}

TEST(NamedTensors, AsConvertsEveryTensor) {
  const NamedTensors tensors = weight_and_bias().as(DType::float32);
  EXPECT_EQ(tensors.size(), 2U);
  EXPECT_THAT(tensors.at("weight").data<float>(), Each(0.1F));
  EXPECT_THAT(tensors.at("bias").data<float>(), ElementsAre(3, 4));
}

TEST(ExpectTensor, ReturnsTheTensorThatFits) {
  const NamedTensors tensors = weight_and_bias();
  EXPECT_EQ(&expect_tensor(tensors, "bias", DType::float64, {2}, "xor"), &tensors.at("bias"));
}

TEST(ExpectTensor, SaysWhatDoesNotFit) {
  const NamedTensors tensors = weight_and_bias();
  EXPECT_THROW_MESSAGE(expect_tensor(tensors, "gain", DType::float64, {2}, "xor"), ShapeError,
                       "no tensor is named gain");
  EXPECT_THROW_MESSAGE(expect_tensor(tensors, "bias", DType::float32, {2}, "xor"), ShapeError,
                       "bias of xor: expected float32, got float64");
  EXPECT_THROW_MESSAGE(expect_tensor(tensors, "weight", DType::float64, (Shape{3, 2}), "xor"), ShapeError,
                       "weight of xor: expected 3×2, got 2×3");
}

}  // namespace
}  // namespace twin
