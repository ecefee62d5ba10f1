#include <gmock/gmock.h>

#include "autograd/backend.hpp"
#include "reports/questions/kept.hpp"
#include "reports/questions/question.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/reports/markdown.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// One benchmark, as Google Benchmark's JSON has it: a side and its µs.
Json row(int width, const std::string& device, const std::vector<std::pair<std::string, double>>& sides) {
  Json json{{"name", "train_step/mlp-" + std::to_string(width) + "/batch:32/float32/" + device +
                         "/threads:1/iterations:21/manual_time"}};
  for (const auto& [side, us] : sides) {
    for (const char* quartile : {"min", "lower", "median", "upper", "max"})
      json[side + ".us." + quartile] = us;
    for (const char* counter : {".ratio", ".ratio_low", ".ratio_high", ".busy"}) json[side + counter] = 1;
    json[side + ".gflops"] = 1000 / us;
  }
  return json;
}

/// Steps of three widths on a processor, by hand and with autograd, and on a GPU, there and moved.
Json result(const std::vector<std::array<double, 4>>& steps) {
  Json json{{"commit", "abc"},
            {"date", "2020-02-29"},
            {"seconds", 180.0},
            {"machine", {{"processor", "a processor"}, {"processors", 7}, {"gpus", {"a GPU"}}}},
            {"backends", {{"manual", "Eigen"}, {"autograd", "LibTorch 9.8.7"}}},
            {"cuda_product_flops", 1e12},
            {"benchmarks", Json::array()}};
  int width = 8;
  for (const auto& [manual, autograd, there, moved] : steps) {
    json["benchmarks"].push_back(row(width, "cpu", {{"autograd", autograd}, {"manual", manual}}));
    json["benchmarks"].push_back(row(width, "cuda", {{"autograd", there}, {"autograd+transfers", moved}}));
    width *= 8;
  }
  return json;
}

TEST(GpuQuestion, NamesTheWidthFromWhichItWins) {
  // Against manual from 64 on, with transfers from 512 on; against autograd from 8 and 64 on.
  const Json json = result({{2, 50, 40, 60}, {70, 80, 40, 75}, {900, 800, 50, 100}});
  for (const Language language : kLanguages) {
    const auto share = [&](const std::string& whole, const std::string& tenths) {
      return whole + (language == Language::english ? "." : ",") + tenths + " %";
    };
    const std::string answer = gpu_question().answer(json, language);
    EXPECT_THAT(numbers_of(answer), ElementsAre(32, 64, 512, 8, 64));
    EXPECT_THAT(rows_named(answer, "32"),
                ElementsAre(ElementsAre("32", "8", "2", "50", "40", "60", "25", share("2", "5")),
                            ElementsAre("32", "64", "70", "80", "40", "75", "25", share("2", "5")),
                            ElementsAre("32", "512", "900", "800", "50", "100", "20", share("2", "0"))));
  }
}

TEST(GpuQuestion, SaysWhereItNeverWins) {
  // Ahead of manual in the middle alone: not from there on.
  const Json json = result({{2, 50, 60, 60}, {70, 80, 40, 90}, {30, 800, 50, 100}});
  const auto prose = [&](Language language) { return gpu_question().answer(json, language); };
  EXPECT_THAT(prose(Language::english),
              HasSubstr("faster than code by hand on the processor at no width (at no width"));
  EXPECT_THAT(prose(Language::indonesian),
              HasSubstr("kode manual pada prosesor tidak pada lebar mana pun (tidak pada"));
  for (const Language language : kLanguages)
    EXPECT_THAT(numbers_of(prose(language)), ElementsAre(32, 64, 512));  // autograd: the GPU does
}

TEST(GpuQuestion, SaysWhereAKeptResultWasMeasured) {
  Json json = result({{2, 50, 40, 60}, {70, 80, 40, 75}, {900, 800, 50, 100}});
  for (const Language language : kLanguages) {
    const std::string measured = gpu_question().answer(json, language);
    json["kept"] = true;
    const std::string kept = gpu_question().answer(json, language);
    json.erase("kept");
    ASSERT_TRUE(kept.starts_with(measured));
    const std::string paragraph = kept.substr(measured.size());
    EXPECT_TRUE(paragraph.starts_with('\n'));
    for (const char* part :
         {"abc", "2020-02-29", " 3 ", "a processor", "7", "a GPU", "LibTorch 9.8.7", "CUDA", "./twin bench"})
      EXPECT_THAT(paragraph, HasSubstr(part));
    EXPECT_THAT(paragraph, Not(HasSubstr("{}")));
  }
}

TEST(GpuQuestion, HasAResultWithoutAGpu) {
  if (autograd::backend().available(Device::cuda)) GTEST_SKIP() << "it would be measured";
  const Json json = gpu_question().measure({});
  ASSERT_TRUE(was_measured(json));
  for (const Language language : kLanguages) {
    EXPECT_THAT(gpu_question().answer(json, language), HasSubstr(json.at("commit").get<std::string>()));
    EXPECT_EQ(gpu_question().pictures(json, language).at(0).plot.curves.size(), 5U);
  }
  EXPECT_FALSE(gpu_question().figures(json).empty());
}

TEST(KeptResult, IsRefusedWhenItIsOfAnotherSchema) {
  const TemporaryFolder folder;
  const auto file = write_file(folder / "gpu.json", R"({"schema": "twingrad.bench/1"})");
  EXPECT_THROW_MESSAGE(read_kept(file, "twingrad.bench/2", "./twin bench"), DataError,
                       "is no result of twingrad.bench/2", "./twin bench --json FILE");
}

}  // namespace
}  // namespace twin::reports
