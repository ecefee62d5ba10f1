#include <gmock/gmock.h>

#include "reports/questions/question.hpp"
#include "shared/formats/files.hpp"

namespace twin::reports::speed_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Verdict = FirstWords::Claim::Verdict;

/// A side's time over that by hand, with an interval of 2 % around it; a spread of the times.
struct Ratio {
  std::string side;
  double ratio, spread = 0.01, half_width = 0.02;
};

/// One benchmark, as Google Benchmark's JSON has it; a step by hand takes 100 µs.
Json row(const std::string& subject, const std::vector<Ratio>& sides, int batch = 32) {
  Json json{{"name", "train_step/" + subject + "/batch:" + std::to_string(batch) +
                         "/float32/cpu/threads:1/iterations:21/manual_time"}};
  std::vector<Ratio> all = sides;
  all.push_back({"manual", 1, 0.01, 0});
  for (const auto& [side, ratio, spread, half_width] : all) {
    const double us = 100 * ratio;
    json[side + ".us.min"] = us * (1 - spread);
    json[side + ".us.lower"] = us * (1 - spread / 2);
    json[side + ".us.median"] = us;
    json[side + ".us.upper"] = us * (1 + spread / 2);
    json[side + ".us.max"] = us * (1 + spread);
    json[side + ".ratio"] = ratio;
    const double half = spread > 0.1 ? spread / 2 : half_width;  // noise spreads both
    json[side + ".ratio_low"] = ratio * (1 - half);
    json[side + ".ratio_high"] = ratio * (1 + half);
    json[side + ".busy"] = 1;
    json[side + ".gflops"] = 10 / ratio;
  }
  return json;
}

Json result(const std::vector<Json>& rows, const Json& guests = Json::array()) {
  return {{"benchmarks", rows},
          {"guests", guests},
          {"copy_bytes_per_second", 1e10},
          {"backends", {{"manual", "Eigen"}, {"autograd", "LibTorch 1.13.1 over the system's BLAS"}}}};
}

FirstWords first(const Json& json) { return speed_question().first_words(json, Language::english); }

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += sentence + "\n";
  return text;
}

// Nothing that a translation forgot, in either language.
void expect_whole(const Json& json) {
  for (const Language language : kLanguages) {
    const FirstWords words = speed_question().first_words(json, language);
    std::string text = speed_question().verdict(json, language) + speed_question().answer(json, language) +
                       joined(words.move_when) + joined(words.stay_when);
    for (const auto& claim : words.claims) text += claim.claim + claim.because;
    text += joined(words.warnings);
    EXPECT_THAT(text, Not(HasSubstr("{}")));
    EXPECT_THAT(text, Not(HasSubstr("nan")));
    speed_question().pictures(json, language);
  }
}

TEST(SpeedQuestion, TheHandWinsEverywhere) {
  const Json json = result({row("mlp-8", {{"autograd", 80}}), row("mlp-64", {{"autograd", 12.5}}),
                            row("mlp-512", {{"autograd", 1.1}}), row("xor", {{"autograd", 243}}, 4)});
  const FirstWords words = first(json);
  EXPECT_THAT(
      joined(words.stay_when),
      testing::AllOf(HasSubstr("up to width 64."), HasSubstr("LibTorch 1.13.1 with autograd takes 80 times"),
                     HasSubstr("12.5 times at width 64"), HasSubstr("batch 32, float32, 1 thread")));
  EXPECT_THAT(joined(words.move_when), testing::AllOf(HasSubstr("From width 512 on, speed is no reason"),
                                                      HasSubstr("at most 1.10 times")));
  ASSERT_EQ(words.claims.size(), 1U);
  EXPECT_EQ(words.claims[0].verdict, Verdict::does_not_hold);
  EXPECT_THAT(words.claims[0].because, HasSubstr("faster in 4 of 4 comparisons"));
  EXPECT_THAT(words.warnings, IsEmpty());
  EXPECT_THAT(
      speed_question().verdict(json, Language::english),  // of a named network too
      testing::AllOf(HasSubstr("faster than code by hand at 0 of 4 points"), HasSubstr("slower at 4:"),
                     HasSubstr("243 times as long at xor"), HasSubstr("1.1 times at width 512")));
  EXPECT_THAT(speed_question().answer(json, Language::english),
              HasSubstr("No framework is faster than code by hand at any point."));
  expect_whole(json);
}

TEST(SpeedQuestion, TheFrameworkWinsAtLargeWidths) {
  const Json json = result({row("mlp-8", {{"autograd", 80}}), row("mlp-64", {{"autograd", 1.01}}),
                            row("mlp-512", {{"autograd", 0.7}}), row("mlp-2048", {{"autograd", 0.5}})});
  const FirstWords words = first(json);
  EXPECT_THAT(joined(words.stay_when), HasSubstr("At width 8, a step"));
  EXPECT_THAT(joined(words.move_when),
              testing::AllOf(HasSubstr("from width 64 on"), HasSubstr("0.50 to 1.01 times")));
  EXPECT_EQ(words.claims.at(0).verdict, Verdict::holds_in_part);
  EXPECT_THAT(words.claims[0].because,
              HasSubstr("faster in 1 of 4 comparisons of width, batch, precision and "
                        "threads, slower in 2, and too close to tell in 1"));
  const std::string answer = speed_question().answer(json, Language::english);
  EXPECT_THAT(answer, HasSubstr("a framework is faster than code by hand: 2"));
  EXPECT_THAT(answer, HasSubstr("width 2048, batch 32, float32, 1 thread: 0.5 (0.49…0.51)"));
  EXPECT_THAT(answer, HasSubstr("too small to tell: 1"));
  EXPECT_THAT(speed_question().answer(json, Language::indonesian), HasSubstr("0,5 (0,49…0,51)"));
  expect_whole(json);
}

TEST(SpeedQuestion, TheFrameworkWinsAtMostPoints) {
  const Json json = result({row("mlp-8", {{"autograd", 0.9}}), row("mlp-64", {{"autograd", 0.8}})});
  EXPECT_EQ(first(json).claims.at(0).verdict, Verdict::holds);
  EXPECT_THAT(first(json).stay_when, IsEmpty());
  EXPECT_THAT(joined(first(json).move_when), HasSubstr("from width 8 on"));
}

// Neither its own ratio nor the claim that it would overturn enters a headline.
TEST(SpeedQuestion, ANoisyExtremeIsLeftOutAndCounted) {
  const Json json = result({row("mlp-8", {{"autograd", 500, 0.3}}), row("mlp-64", {{"autograd", 12.5}}),
                            row("mlp-512", {{"autograd", 0.1, 0.3}})});
  for (const std::string& text :
       {speed_question().verdict(json, Language::english), first(json).claims[0].because})
    EXPECT_THAT(text, HasSubstr("2 noisy points are left out."));
  EXPECT_THAT(first(json).warnings, testing::ElementsAre(HasSubstr("2 of 3 comparisons are noisy")));
  EXPECT_THAT(speed_question().verdict(json, Language::english), HasSubstr("12.5 times as long"));
  EXPECT_EQ(first(json).claims[0].verdict, Verdict::does_not_hold);
  EXPECT_THAT(first(json).move_when, IsEmpty());
  EXPECT_THAT(speed_question().verdict(json, Language::english), Not(HasSubstr("500")));
  const Plot plot = speed_question().pictures(json, Language::english).at(0).plot;
  EXPECT_EQ(plot.curves.at(0).x, std::vector<double>{64});
  expect_whole(json);
}

TEST(SpeedQuestion, ABusyHandSpoilsThePointToo) {
  Json noisy = row("mlp-8", {{"autograd", 500}});
  noisy["manual.busy"] = 2;
  const Json json = result({noisy, row("mlp-64", {{"autograd", 12.5}})});
  const std::string verdict = speed_question().verdict(json, Language::english);
  EXPECT_THAT(verdict,
              testing::AllOf(HasSubstr("12.5 times as long"), HasSubstr("1 noisy point is left out.")));
}

TEST(SpeedQuestion, GuestsAreSidesWithTheirVersions) {
  const Json guests{{{"side", "numpy"}, {"threads", 1}, {"version", "1.24.2"}},
                    {{"side", "autograd-2"}, {"threads", 1}, {"version", "2.15.0+cpu"}},
                    {{"side", "pytorch"},
                     {"threads", 1},
                     {"not_measured", {{"en", "there is no torch"}, {"id", "torch tidak ada"}}}},
                    {{"side", "pytorch-2"},
                     {"threads", 1},
                     {"version", "2.15.0"},
                     {"faults", {{{"subject", "mlp-64"}, {"batch", 32}, {"fault", "it failed: signal 9"}}}}}};
  const Json json =
      result({row("mlp-8", {{"autograd", 80}, {"autograd-2", 40}, {"numpy", 20}, {"pytorch-2", 90}}),
              row("mlp-64", {{"autograd", 2}, {"autograd-2", 0.9}, {"numpy", 3}})},
             guests);
  const FirstWords words = first(json);
  EXPECT_THAT(words.stay_when,  // the newest alone
              testing::ElementsAre(HasSubstr("LibTorch 2.15.0 with autograd takes 40 times")));
  EXPECT_THAT(joined(words.move_when), HasSubstr("from width 64 on. There LibTorch 2.15.0 with autograd"));
  EXPECT_EQ(words.claims.at(0).verdict, Verdict::holds_in_part);  // NumPy is no framework
  EXPECT_THAT(words.claims[0].because, HasSubstr("faster in 4 of 5 comparisons"));
  std::vector<std::string> curves;
  for (const Curve& curve : words.picture.value().plot.curves) curves.push_back(curve.title);
  EXPECT_THAT(curves, testing::ElementsAre("LibTorch 1.13.1 with autograd", "LibTorch 2.15.0 with autograd",
                                           "PyTorch 2.15.0 in Python", "NumPy 1.24.2", "code by hand"));
  const std::string answer = speed_question().answer(json, Language::english);
  EXPECT_THAT(answer, HasSubstr("Left out: PyTorch in Python (there is no torch)."));
  EXPECT_THAT(answer, HasSubstr("PyTorch 2.15.0 in Python (mlp-64, batch 32: it failed: signal 9)"));
  EXPECT_THAT(answer, HasSubstr("**NumPy 1.24.2** takes longer than code by hand at 2 of 2 points"));
  EXPECT_THAT(speed_question().answer(json, Language::indonesian), HasSubstr("torch tidak ada"));
  expect_whole(json);
}

TEST(SpeedQuestion, KnowsTheShareOfAMeasuredPeak) {
  Json json = result({row("mlp-512", {{"autograd", 2}}, 256), row("mlp-64", {{"autograd", 2}}, 256)});
  EXPECT_THAT(speed_question().answer(json, Language::english), Not(HasSubstr("what one core")));
  json["peak"] = {{"float32", {{"flops_one", 1.25e10}, {"flops_all", 2e10}}}};
  EXPECT_THAT(speed_question().answer(json, Language::english),
              testing::AllOf(HasSubstr("at least 80 % of what one core"), HasSubstr("12.5 GFLOP/s"),
                             HasSubstr("is at width 512.")));
}

TEST(SpeedQuestion, SaysNothingWithoutAPoint) {
  const std::vector<Json> none, noisy{row("mlp-8", {{"autograd", 5, 0.3}})};
  for (const std::vector<Json>& rows : {none, noisy}) {
    const Json json = result(rows);
    EXPECT_EQ(speed_question().verdict(json, Language::english), "");
    EXPECT_THAT(first(json).stay_when, IsEmpty());
    EXPECT_THAT(first(json).move_when, IsEmpty());
    EXPECT_THAT(first(json).claims, IsEmpty());
    EXPECT_FALSE(first(json).picture);
    EXPECT_THAT(speed_question().answer(json, Language::english), HasSubstr("No point is free of noise."));
    expect_whole(json);
  }
}

}  // namespace
}  // namespace twin::reports::speed_test
