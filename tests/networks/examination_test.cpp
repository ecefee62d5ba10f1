// The diagnosis of a twin that is known to be mistaken must name that mistake, and of a right twin none. What
// it says of mistakes inside a layer is shown by tests/mutants.
#include "shared/compare_networks/examination.hpp"

#include <gmock/gmock.h>

#include "tests/support/mistaken_backend.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class TwinDiagnosis : public testing::Test {
 protected:
  void SetUp() override {
    if (!twins().autograd) GTEST_SKIP() << "built without LibTorch";
  }

  std::vector<Finding> diagnose(const NetworkSpec& spec, std::int64_t rows, const Mistake& mistake) const {
    const RandomCase data = random_case(spec, rows, input_features(spec), 1);
    const MistakenBackend hand(twins().manual, mistake);
    return diagnose_twins({hand, twins().autograd, twins().errors}, spec, data.parameters, data.batches,
                          {});
  }

  static Mistake times(double factor, const char* tensor = "hidden.weight") {
    return [factor, tensor](Gradients& gradients, const Gradients*, std::int64_t) {
      for (double& value : gradients.parameters.at(tensor).data<double>()) value *= factor;
    };
  }

  NetworkSpec spec = mlp({5, 4, 3}, MseLossSpec{}, SgdSpec{.lr = 0.1}, UniformInitialiser{});
};

TEST_F(TwinDiagnosis, FindsNothingWrongWithRightCode) {
  const Mistake none = [](Gradients&, const Gradients*, std::int64_t) {};
  EXPECT_THAT(diagnose(spec, 4, none), IsEmpty());
  for (const CatalogueEntry& entry : catalogue()) {
    const RandomCase data = catalogue_case(entry, 10, 1);
    EXPECT_THAT(diagnose_twins(twins(), entry.spec, data.parameters, data.batches, {}), IsEmpty())
        << entry.name;
  }
}

TEST_F(TwinDiagnosis, NamesTheTensorAndTheCause) {
  const std::vector<Finding> findings = diagnose(spec, 4, times(-1));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "sign");
  EXPECT_EQ(findings[0].tensor, "hidden.weight");
  EXPECT_THAT(findings[0].text, HasSubstr("manual = -1 × autograd in all 20 entries"));
}

// Four samples, and four hidden units: another batch tells which of them the factor is.
TEST_F(TwinDiagnosis, TellsSizesApartThatAreEqual) {
  const std::vector<Finding> by_batch =
      diagnose(spec, 4, [](Gradients& gradients, const Gradients*, std::int64_t rows) {
        for (double& value : gradients.parameters.at("hidden.weight").data<double>())
          value *= static_cast<double>(rows);
      });
  ASSERT_EQ(by_batch.size(), 1U);
  EXPECT_EQ(by_batch[0].cause, "factor_batch");
  const std::vector<Finding> by_width = diagnose(spec, 4, times(4));
  ASSERT_EQ(by_width.size(), 1U);
  EXPECT_EQ(by_width[0].cause, "factor_extent");
}

// At the first call all is right; the mark is in the steps that follow.
TEST_F(TwinDiagnosis, FindsGradientsThatAreNeverZeroed) {
  const std::vector<Finding> findings =
      diagnose(spec, 4, [](Gradients& gradients, const Gradients* previous, std::int64_t) {
        if (!previous) return;
        for (Tensor& gradient : gradients.parameters) {
          const std::span<double> values = gradient.data<double>();
          const std::span<const double> before = previous->parameters.at(gradient.name()).data<double>();
          for (std::size_t i = 0; i < values.size(); ++i) values[i] += before[i];
        }
      });
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "accumulated");
  EXPECT_EQ(findings[0].tensor, "hidden.weight, hidden.bias, output.weight, output.bias");
}

TEST_F(TwinDiagnosis, SaysSoWhenNothingFits) {
  const std::vector<Finding> findings =
      diagnose(spec, 4, [](Gradients& gradients, const Gradients*, std::int64_t) {
        const RandomStream noise(1, Purpose::test_data, 99);
        std::uint64_t i = 0;
        for (double& value : gradients.parameters.at("output.weight").data<double>())
          value += noise.uniform(i++, -1, 1);
      });
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, "unexplained");
  EXPECT_EQ(findings[0].tensor, "output.weight");
}

}  // namespace
}  // namespace twin
