#include "manual/layers/adaptive_avg_pool2d.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using Values = std::vector<double>;

TEST(AdaptiveAvgPool2dTwin, GradientsMatchOnRandomSizes) {
  expect_twins_agree_on_random([] {
    AdaptiveAvgPool2dSpec spec;
    for (auto& size : spec.output_size) {
      size = drawn(1, 6);
      if (drawn_bool()) size.reset();
    }
    return layer_example("random", {{"pool", spec}}, {drawn(1, 3), drawn(1, 3), drawn(1, 7), drawn(1, 8)});
  });
}

class AdaptiveAvgPool2dOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  std::unique_ptr<Network> network(const AdaptiveAvgPool2dSpec& kind, const Shape& picture) const {
    NetworkSpec spec = layer_alone({"pool", kind});
    spec.input = {picture.begin() + 1, picture.end()};
    return loaded(*GetParam(), spec, {});
  }
  Values outputs(const AdaptiveAvgPool2dSpec& kind, const Shape& picture, Values x) const {
    const Tensor inputs("inputs", picture, std::move(x));
    return network(kind, picture)->predict(inputs.view()).to_doubles();
  }
  Values input_gradient(const AdaptiveAvgPool2dSpec& kind, const Shape& picture, const Shape& pooled,
                        Values d_y) const {
    const auto size = static_cast<std::size_t>(element_count(picture));
    const Tensor inputs("inputs", picture, Values(size, 1)), targets("targets", pooled, std::move(d_y));
    return network(kind, picture)->gradients({inputs.view(), targets.view()}).input->to_doubles();
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, AdaptiveAvgPool2dOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(AdaptiveAvgPool2dOnEachSide, OneWindowIsTheWholePicture) {
  EXPECT_THAT(outputs({}, {2, 1, 2, 3}, {1, 2, 3, 4, 5, 9, 0, 0, 0, 0, 0, -6}), ElementsAre(4, -1));
  EXPECT_THAT(input_gradient({}, {2, 1, 2, 2}, {2, 1, 1, 1}, {4, 40}),
              ElementsAre(1, 1, 1, 1, 10, 10, 10, 10));
}

// Five columns in three windows: (0, 1), (1, 2, 3), (3, 4). Those beside each other share a column.
TEST_P(AdaptiveAvgPool2dOnEachSide, WindowsOverlapWhereTheSizesDoNotDivide) {
  EXPECT_THAT(outputs({{1, 3}}, {1, 1, 1, 5}, {1, 3, 5, 7, 11}), ElementsAre(2, 5, 9));
  EXPECT_THAT(input_gradient({{1, 3}}, {1, 1, 1, 5}, {1, 1, 1, 3}, {2, 30, 200}),
              ElementsAre(1, 11, 10, 110, 100));
}

TEST_P(AdaptiveAvgPool2dOnEachSide, MoreWindowsThanElementsRepeatThem) {
  EXPECT_THAT(outputs({{1, 3}}, {1, 1, 1, 2}, {1, 5}), ElementsAre(1, 3, 5));
  EXPECT_THAT(input_gradient({{1, 3}}, {1, 1, 1, 2}, {1, 1, 1, 3}, {1, 20, 100}), ElementsAre(11, 110));
}

TEST_P(AdaptiveAvgPool2dOnEachSide, ASideWithoutASizeIsKept) {
  EXPECT_THAT(outputs({{std::nullopt, 1}}, {1, 1, 2, 2}, {1, 3, 5, 9}), ElementsAre(2, 7));
  EXPECT_THAT(outputs({{1, std::nullopt}}, {1, 1, 2, 2}, {1, 3, 5, 9}), ElementsAre(3, 6));
}

TEST(AdaptiveAvgPool2d, NamesTheShapeItExpected) {
  manual::AdaptiveAvgPool2d<double> layer(AdaptiveAvgPool2dSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(1, 4);
  EXPECT_THROW(layer.backward({x, manual::Extents(1, 1, 2, 2)}), std::logic_error);
  layer.forward({x, manual::Extents(1, 1, 2, 2)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(1, 1, 2, 2)}), ShapeError, "d_y",
                       "expected 1×1, got 1×4");
}

TEST(AdaptiveAvgPool2d, RefusesWhatDoesNotFitByName) {
  const auto shape = [](AdaptiveAvgPool2dSpec kind, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"pool", kind}}, std::move(x));
  };
  EXPECT_THAT(shape({{2, std::nullopt}}, {5, 3, 7, 8}), ElementsAre(5, 3, 2, 8));
  EXPECT_THROW_MESSAGE(shape({}, {5, 3}), LayerError, "pool: expected N×C×H×W, got 5×3");
  for (const Backend* backend : backends())
    EXPECT_THROW_MESSAGE(
        backend->build(layer_alone({"pool", AdaptiveAvgPool2dSpec{{1, 0}}}), DType::float64, Device::cpu),
        LayerError, "pool: output_size[1] is 0");
}

}  // namespace
}  // namespace twin
