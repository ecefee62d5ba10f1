#include "reports/runs/drift.hpp"

#include <gmock/gmock.h>

#include "reports/backends.hpp"
#include "shared/compare/tolerances.hpp"
#include "shared/machine/threads.hpp"

namespace twin::reports {
namespace {

Drift drift_of(const char* network, std::int64_t epochs) {
  use_threads(1, backends());
  CatalogueEntry entry = find_network(network);
  entry.epochs = epochs;
  return run_drift(entry, load_dataset(entry.dataset), DType::float64, {});
}

TEST(Drift, MeasuresEachOfTheFirstStepsThenFewerAndTheLast) {
  const Drift drift = drift_of("xor", 137);
  ASSERT_GT(drift.points.size(), 10U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(drift.points[i].steps, i + 1);
  EXPECT_LT(drift.points.size(), 40U);
  EXPECT_EQ(drift.points.back().steps, 137);
  ASSERT_EQ(drift.epochs.size(), 1U) << "an epoch is a single batch";
  EXPECT_EQ(drift.epochs[0].twins, drift.points.back().twins);
}

TEST(Drift, OfASmallNetworkIsRoundingAlone) {
  const Drift drift = drift_of("xor", 200);
  EXPECT_GT(drift.points[0].nearby, 0) << "the neighbour starts elsewhere";
  for (const DriftPoint& point : drift.points) {
    EXPECT_LT(point.twins, tolerance::kSmallNetworkDrift);
    EXPECT_LT(point.nearby, tolerance::kSmallNetworkDrift);
    EXPECT_LT(point.locked, 1e-15) << "set equal before the step";
  }
  EXPECT_EQ(drift.first_step.front().quantity, "X");
  EXPECT_EQ(drift.first_step.front().differ, 0);
}

TEST(Drift, StartsEachTwinFromTheSameWeights) {
  const DriftPoint first = drift_of("xor", 1).points.at(0);
  EXPECT_EQ(first.twins, first.locked);
}

TEST(Drift, PassesALimitAtTheFirstPointBeyondIt) {
  const std::vector<DriftPoint> points{{1, 1e-9, 0, 0}, {2, 1e-7, 0, 0}, {3, 1e-9, 0, 0}, {4, 1e-5, 0, 0}};
  EXPECT_EQ(passes(points, &DriftPoint::twins, 1e-8), 2);
  EXPECT_EQ(passes(points, &DriftPoint::twins, 1e-6), 4);
  EXPECT_EQ(passes(points, &DriftPoint::twins, 1), 0);
  EXPECT_EQ(passes(points, &DriftPoint::nearby, 1e-20), 0);
}

// Sums that are exact leave nothing to round: any difference would be a mistake.
TEST(Drift, OfALayerOnSmallIntegersIsNone) {
  const NetworkSpec& spec = find_network("fashion-mlp").spec;
  for (const DType dtype : {DType::float32, DType::float64})
    for (const RoundingGap& gap : gaps_of_layers(spec, 100, dtype, 1)) {
      EXPECT_EQ(gap.elements, 100 * 256) << gap.quantity;
      if (gap.quantity == "first_integers") {
        EXPECT_EQ(gap.differ, 0);
      }
      EXPECT_EQ(gap.differ > 0, gap.max_ulp > 0) << gap.quantity;
    }
}

}  // namespace
}  // namespace twin::reports
