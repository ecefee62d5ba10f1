// Every example of every stem: gradients and steps of both twins, and what a stem must have.
#include "shared/stems.hpp"

#include <gmock/gmock.h>
#include <set>

#include "tests/support/twins.hpp"

namespace twin {

void PrintTo(const Stem& stem, std::ostream* out) { *out << stem.name; }

namespace {

class EveryStem : public testing::TestWithParam<Stem> {};
INSTANTIATE_TEST_SUITE_P(Stems, EveryStem, testing::ValuesIn(stems()),
                         [](const auto& info) { return info.param.kind + "_" + info.param.name; });

TEST_P(EveryStem, TwinsAgreeOnItsExamples) {
  ASSERT_FALSE(GetParam().examples.empty());
  for (const Example& example : GetParam().examples) expect_twins_agree(example);
}

TEST_P(EveryStem, ExamplesHaveNamesOfTheirOwnAndAreValid) {
  std::set<std::string> names;
  for (const Example& example : GetParam().examples) {
    EXPECT_TRUE(names.insert(example.name).second) << example.name;
    EXPECT_NO_THROW(validate(example.spec)) << example.name;
  }
}

// An untrained network of either side names what it holds as the specification does.
TEST_P(EveryStem, BothSidesHaveTheParametersAndBuffersOfTheSpecification) {
  for (const Example& example : GetParam().examples)
    for (const Backend* backend : backends()) {
      const std::unique_ptr<Network> network = backend->build(example.spec, DType::float64, Device::cpu);
      const NamedTensors parameters = network->parameters(), buffers = network->buffers();
      ASSERT_EQ(parameters.size(), parameters_of(example.spec).size()) << example.name;
      auto parameter = parameters.begin();
      for (const ParameterSpec& expected : parameters_of(example.spec)) {
        EXPECT_EQ(parameter->name(), expected.name) << backend->name();
        EXPECT_EQ(parameter++->shape(), expected.shape) << backend->name();
      }
      for (const BufferSpec& expected : buffers_of(example.spec))
        EXPECT_EQ(buffers.at(expected.name).shape(), expected.shape) << backend->name();
    }
}

// A network that goes on from a later step, without the averages of the earlier ones.
TEST_P(EveryStem, OptimisersCountOnFromTheStepThatIsSet) {
  if (GetParam().kind != "optim") return;
  for (const Example& example : GetParam().examples) {
    if (!counts_steps(example.spec.optimizer)) continue;
    const RandomCase data = example_case(example, 1, 1);
    std::vector<NamedTensors> parameters;
    for (const Backend* backend : backends()) {
      const std::unique_ptr<Network> network = loaded(*backend, example.spec, data.parameters);
      EXPECT_EQ(steps_of(network->optimizer_state()), 0) << backend->name();
      network->set_steps_done(7);
      EXPECT_EQ(steps_of(network->optimizer_state()), 7) << backend->name();
      network->train_step(data.batches[0].view());
      EXPECT_EQ(steps_of(network->optimizer_state()), 8) << backend->name();
      parameters.push_back(network->parameters());
    }
    EXPECT_LE(largest_relative_gap(parameters.front(), parameters.back()), 1e-12) << example.name;
  }
}

// Both twins list the same quantities, of the same shapes, in the same order.
TEST_P(EveryStem, TwinsListTheSameTrace) {
  if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  for (const Example& example : GetParam().examples) {
    const RandomCase data = example_case(example, 1, 1);
    const auto trace = [&](const Backend& backend) {
      return loaded(backend, example.spec, data.parameters)->trace_step(data.batches[0].view());
    };
    const Trace manual = trace(twins().manual), autograd = trace(*twins().autograd);
    ASSERT_EQ(manual.size(), autograd.size()) << example.name;
    for (std::size_t i = 0; i < manual.size(); ++i) {
      EXPECT_EQ(manual[i].quantity(), autograd[i].quantity()) << example.name;
      EXPECT_EQ(manual[i].value.shape(), autograd[i].value.shape()) << manual[i].quantity();
    }
  }
}

TEST(Stems, AreFoundByName) {
  for (const Stem& stem : stems()) EXPECT_EQ(find_stem(stem.name)->kind, stem.kind);
  EXPECT_EQ(find_stem("no such layer"), nullptr);
}

}  // namespace
}  // namespace twin
