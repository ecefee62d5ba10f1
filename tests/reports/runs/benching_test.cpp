#include "reports/runs/benching.hpp"

#include <gmock/gmock.h>
#include <map>

#include "shared/catalogue.hpp"

namespace twin::reports {
namespace {

Timing timing(double busy, int threads, Quartiles us = {1, 1, 1, 1, 1}) {
  Timing timing;
  timing.busy = busy;
  timing.threads = threads;
  timing.us = us;
  return timing;
}

TEST(Timing, MoreThreadsThanAskedForAreNotValid) {
  EXPECT_TRUE(timing(1.02, 1).valid());
  EXPECT_FALSE(timing(1.9, 1).valid());
  EXPECT_TRUE(timing(1.9, 2).valid());
}

TEST(Timing, IsNoisyWhenTheIntervalOfItsRatioIsWide) {
  Timing wide_times = timing(1, 1, {1, 5, 10, 15, 99});
  wide_times.ratio = 2;
  wide_times.ratio_low = 1.95;
  wide_times.ratio_high = 2.1;
  EXPECT_FALSE(wide_times.noisy());
  wide_times.ratio_high = 2.2;
  EXPECT_TRUE(wide_times.noisy());
}

TEST(Timing, KnowsTheWidthOfTheGrid) {
  EXPECT_EQ(width_of("mlp-64"), 64);
  EXPECT_EQ(width_of("xor"), 0);
}

class BenchingTest : public testing::Test {
 protected:
  static const Json& json() {
    static const Json all = [] {
      bench::Options options;
      options.subjects = {{"xor", find_network("xor").spec, 4}};
      for (bench::Subject& subject : bench::width_grid({8}, {1}))
        options.subjects.push_back(std::move(subject));
      options.subjects.push_back(bench::subjects_of(*find_stem("dense")).front());
      options.subjects.push_back(bench::subjects_of(*find_stem("sigmoid")).front());
      options.backends = bench_backends();
      options.seconds = 0.01;
      std::int64_t last = 0, rounds = 0;
      const Json json = run_benching(options, {}, [&](std::int64_t done, std::int64_t total) {
        EXPECT_EQ(done, last + 1);
        last = done;
        rounds = total;
      });
      EXPECT_EQ(last, rounds);
      return json;
    }();
    return all;
  }
  static std::vector<Timing> measured() { return timings(json()); }
  static std::vector<std::string> sides_of(const std::string& subject) {
    std::vector<std::string> sides;
    for (const Timing& timing : measured())
      if (timing.subject == subject) sides.push_back(timing.side);
    return sides;
  }
};

TEST_F(BenchingTest, EverySideIsThereInItsOrder) {
  EXPECT_THAT(sides_of("xor"),
              testing::ElementsAre("manual", "fixed", "eigen", "control", "autograd", "tuned", "products"));
}

TEST_F(BenchingTest, ASideThatLacksSomethingOfASubjectIsLeftOutByName) {
  EXPECT_THAT(sides_of("mlp-8"),
              testing::ElementsAre("manual", "eigen", "control", "autograd", "tuned", "products"));
  const auto left_out = [](const char* side) {
    std::vector<std::string> subjects;
    for (const Json& out : json().at("left_out")) {
      if (out.at("side") != side) continue;
      EXPECT_NE(out.at("why"), "");
      for (const Json& subject : out.at("subjects")) subjects.push_back(subject);
    }
    return subjects;
  };
  EXPECT_THAT(left_out("fixed"), testing::ElementsAre("mlp-8", "dense/odd", "sigmoid/odd"));
  EXPECT_THAT(left_out("products"), testing::ElementsAre("sigmoid/odd"));  // there are none
  EXPECT_THAT(left_out("autograd"), testing::IsEmpty());
}

TEST_F(BenchingTest, AnExampleOfAStemIsASubjectLikeANetwork) {
  EXPECT_THAT(sides_of("dense/odd"), testing::IsSupersetOf({"manual", "eigen", "autograd", "products"}));
  EXPECT_THAT(sides_of("sigmoid/odd"), testing::IsSupersetOf({"manual", "eigen", "autograd"}));
}

TEST_F(BenchingTest, ThingsAreHeldAgainstTheHand) {
  for (const Timing& timing : measured()) {
    EXPECT_LE(timing.us.min, timing.us.lower);
    EXPECT_LE(timing.us.lower, timing.us.median);
    EXPECT_LE(timing.us.median, timing.us.upper);
    EXPECT_LE(timing.us.upper, timing.us.max);
    EXPECT_GT(timing.us.min, 0);
    EXPECT_EQ(timing.gflops > 0, timing.subject != "sigmoid/odd");
    EXPECT_LE(timing.ratio_low, timing.ratio);
    EXPECT_LE(timing.ratio, timing.ratio_high);
    if (timing.side == "manual") {
      EXPECT_EQ(timing.ratio_low, 1);
      EXPECT_EQ(timing.ratio_high, 1);
    }
    EXPECT_EQ(timing.dtype, "float32");
    EXPECT_EQ(timing.device, "cpu");
    EXPECT_EQ(timing.threads, 1);
    EXPECT_EQ(timing.batch, (std::map<std::string, std::int64_t>{
                                 {"xor", 4}, {"mlp-8", 1}, {"dense/odd", 19}, {"sigmoid/odd", 7}})
                                .at(timing.subject));
  }
}

}  // namespace
}  // namespace twin::reports
