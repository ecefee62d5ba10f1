#include "manual/layers/grouped_query_attention.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec grouped(GroupedQueryAttentionSpec kind, std::int64_t positions) {
  NetworkSpec spec = layer_alone({"attention", kind});
  spec.input = {positions, kind.hidden_size};
  return spec;
}

TEST(GroupedQueryAttentionTwin, AgreesOnAnyShape) {
  expect_twins_agree_on_random([] {
    GroupedQueryAttentionSpec spec;
    spec.num_key_value_heads = drawn(1, 2);
    spec.num_heads = spec.num_key_value_heads * drawn(1, 3);
    spec.hidden_size = spec.num_heads * 2 * drawn(1, 2);
    spec.bias = drawn_bool();
    spec.theta = drawn_from(std::vector{3.0, 10000.0});
    if (drawn_bool()) spec.sliding_window = drawn(1, 5);
    return layer_example("any", {{"attention", spec}}, {drawn(1, 3), drawn(1, 5), spec.hidden_size});
  });
}

TEST(GroupedQueryAttention, NamesItsProjections) {
  const NetworkSpec spec = grouped({8, 4, 2, true}, 3);
  std::vector<std::string> names;
  for (const ParameterSpec& p : parameters_of(spec)) names.push_back(p.name);
  EXPECT_THAT(names,
              ElementsAre("attention.q_proj.weight", "attention.q_proj.bias", "attention.k_proj.weight",
                          "attention.k_proj.bias", "attention.v_proj.weight", "attention.v_proj.bias",
                          "attention.o_proj.weight", "attention.o_proj.bias"));
  EXPECT_EQ(parameters_of(spec)[2].shape, (Shape{4, 8})) << "two heads of two columns";
  EXPECT_EQ(stem_of(find_layer(spec.layers, "attention.k_rotary").value()), "rotary_embedding");
  EXPECT_EQ(parameters_of(grouped({8, 4, 2}, 3)).size(), 4u) << "as in Llama";
}

class GroupedQueryAttentionOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  // Which elements of the outputs change with those of x from `first` on.
  static std::vector<bool> moved_by(const NetworkSpec& spec, std::size_t first, std::size_t last) {
    RandomCase data = random_case(spec, 1, spec.input[0] * spec.input[1], 1, 1);
    const std::unique_ptr<Network> network = loaded(*GetParam(), spec, data.parameters);
    Tensor& x = data.batches[0].inputs;
    const std::vector<double> before = network->predict(x.view()).to_doubles();
    for (std::size_t i = first; i < last; ++i) x.data<double>()[i] += 1;
    const std::vector<double> after = network->predict(x.view()).to_doubles();
    std::vector<bool> moved;
    for (std::size_t i = 0; i < before.size(); ++i) moved.push_back(before[i] != after[i]);
    return moved;
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, GroupedQueryAttentionOnEachSide, testing::ValuesIn(backends()), backend_name);

// Two positions, one head, all projections the identity. Position 1 is turned by 1, position 0 is not: the
// second position weighs both by softmax(x₀·(x₁ turned), x₁·x₁), each over √2.
TEST_P(GroupedQueryAttentionOnEachSide, IsTheWeightedMeanOfWhatIsSeen) {
  const NetworkSpec spec = grouped({2, 1, 1}, 2);
  NamedTensors identities;
  for (const ParameterSpec& p : parameters_of(spec))
    identities.add({p.name, p.shape, std::vector<double>{1, 0, 0, 1}});
  const std::unique_ptr<Network> network = loaded(*GetParam(), spec, identities);
  const Tensor x("inputs", {1, 2, 2}, std::vector<double>{2, -1, 0.5, 1});
  const double c = std::cos(1.0), s = std::sin(1.0), root = std::sqrt(2.0);
  const double far = (2 * (0.5 * c - s) - (c + 0.5 * s)) / root, near = 1.25 / root;
  const double p = 1 / (1 + std::exp(near - far));
  const std::vector<double> y = network->predict(x.view()).to_doubles();
  EXPECT_EQ(y[0], 2);
  EXPECT_EQ(y[1], -1);
  EXPECT_NEAR(y[2], p * 2 + (1 - p) * 0.5, 1e-15);
  EXPECT_NEAR(y[3], -p + (1 - p), 1e-15);
}

// Four query heads on two heads of keys are four on four, of which each stands there twice; and a weight that
// stands there twice has two gradients, whose sum is that of the one.
TEST_P(GroupedQueryAttentionOnEachSide, IsAttentionWhoseKeyHeadsStandThereTwice) {
  const NetworkSpec few = grouped({8, 4, 2}, 3), many = grouped({8, 4, 4}, 3);
  const RandomCase data = random_case(few, 2, 24, 1, 1);
  NamedTensors repeated;
  for (const Tensor& tensor : data.parameters) {
    const std::vector<double> rows = tensor.to_doubles();
    if (tensor.size() == 64) {
      repeated.add(tensor);
      continue;
    }
    std::vector<double> twice;  // heads of two rows of eight
    for (const std::size_t head : {0, 0, 1, 1})
      twice.insert(twice.end(), rows.begin() + static_cast<std::ptrdiff_t>(16 * head),
                   rows.begin() + static_cast<std::ptrdiff_t>(16 * (head + 1)));
    repeated.add({tensor.name(), {8, 8}, twice});
  }
  const Batch batch = data.batches[0].view();
  const Gradients one = loaded(*GetParam(), few, data.parameters)->gradients(batch),
                  other = loaded(*GetParam(), many, repeated)->gradients(batch);
  EXPECT_NEAR(one.loss, other.loss, 1e-14);
  EXPECT_LT(difference(*one.input, *other.input).max_abs, 1e-14);
  for (const char* name : {"attention.k_proj.weight", "attention.v_proj.weight"}) {
    const std::vector<double> d = one.parameters.at(name).to_doubles(),
                              doubled = other.parameters.at(name).to_doubles();
    for (std::size_t i = 0; i < d.size(); ++i) {
      const std::size_t first = i / 16 * 32 + i % 16;
      EXPECT_NEAR(d[i], doubled[first] + doubled[first + 16], 1e-14) << name << " " << i;
    }
  }
}

// What comes later changes no output before it; the window hides what lies too far back.
TEST_P(GroupedQueryAttentionOnEachSide, SeesWhatIsInTheWindowAndNothingAhead) {
  GroupedQueryAttentionSpec kind{4, 2, 1};
  const std::vector<bool> unbounded = moved_by(grouped(kind, 6), 4, 8);
  kind.sliding_window = 3;
  const std::vector<bool> windowed = moved_by(grouped(kind, 6), 4, 8);
  for (std::size_t i = 0; i < 24; ++i) {
    const std::size_t t = i / 4;  // position 1 was moved
    EXPECT_EQ(unbounded[i], t >= 1) << "element " << i;
    EXPECT_EQ(windowed[i], t >= 1 && t <= 3) << "element " << i << ", windowed";
  }
}

// Whoever sees itself alone hands its value on, whatever its query and its key.
TEST_P(GroupedQueryAttentionOnEachSide, AWindowOfOneLeavesTheValue) {
  const NetworkSpec spec =
      grouped({.hidden_size = 4, .num_heads = 2, .num_key_value_heads = 2, .sliding_window = 1}, 5);
  const RandomCase data = random_case(spec, 2, 20, 1, 1);
  const Gradients gradients = loaded(*GetParam(), spec, data.parameters)->gradients(data.batches[0].view());
  for (const char* name : {"attention.q_proj.weight", "attention.k_proj.weight"})
    for (const double d : gradients.parameters.at(name).to_doubles()) EXPECT_NEAR(d, 0, 1e-15) << name;
  for (const double d : gradients.parameters.at("attention.v_proj.weight").to_doubles()) EXPECT_NE(d, 0);
}

// Scores of a million, of which exp would be infinite.
TEST_P(GroupedQueryAttentionOnEachSide, StaysFiniteWhereScoresAreHuge) {
  const NetworkSpec spec = grouped({.hidden_size = 4, .num_heads = 2, .sliding_window = 2}, 3);
  RandomCase data = random_case(spec, 2, 12, 1, 1);
  for (double& x : data.batches[0].inputs.data<double>()) x *= 1e3;
  for (const DType dtype : {DType::float64, DType::float32}) {
    const std::unique_ptr<Network> network = loaded(*GetParam(), spec, data.parameters, dtype);
    const OwnedBatch batch = data.batches[0].as(dtype);
    const Gradients gradients = network->gradients(batch.view());
    for (const double d : gradients.input->to_doubles()) EXPECT_TRUE(std::isfinite(d));
    for (const Tensor& tensor : gradients.parameters)
      for (const double d : tensor.to_doubles()) EXPECT_TRUE(std::isfinite(d)) << tensor.name();
  }
}

TEST_P(GroupedQueryAttentionOnEachSide, RefusesShapesAndSizesThatDoNotFit) {
  const auto build = [](const NetworkSpec& spec) { GetParam()->build(spec, DType::float64, Device::cpu); };
  EXPECT_THROW_MESSAGE(build(grouped({6, 4, 2}, 3)), LayerError,
                       "attention: expected a hidden_size that num_heads divides, got 6 for 4");
  EXPECT_THROW_MESSAGE(build(grouped({12, 6, 4}, 3)), LayerError,
                       "attention: expected num_heads that num_key_value_heads divides, got 6 for 4");
  EXPECT_THROW_MESSAGE(build(grouped({6, 2, 1}, 3)), LayerError,
                       "attention.q_rotary: expected an even head_dim", "got 3");
  EXPECT_THROW_MESSAGE(build(grouped({8, 0, 1}, 3)), LayerError, "attention: num_heads is 0");
  EXPECT_THROW_MESSAGE(build(grouped({8, 2, 0}, 3)), LayerError, "attention: num_key_value_heads is 0");
  EXPECT_THROW_MESSAGE(build(grouped({.hidden_size = 4, .sliding_window = 0}, 3)), LayerError,
                       "attention: sliding_window is 0");
  NetworkSpec flat = grouped({8, 4, 2}, 3);
  flat.input = {8};
  EXPECT_THROW_MESSAGE(build(flat), LayerError, "attention: expected N×T×8, got 1×8");
}

// A free run of a small Llama but for its norms: twins stay together while all of it trains.
TEST(GroupedQueryAttentionTwin, LanguageModelsStayTogether) {
  const std::vector<Example> examples = GroupedQueryAttentionSpec::examples();
  const Example& model = examples.back();
  ASSERT_EQ(model.name, "language_model");
  for (const DType dtype : {DType::float64, DType::float32})
    expect_twins_stay_together(model.spec, example_case(model, 1), dtype, {10, 100});
}

}  // namespace
}  // namespace twin
