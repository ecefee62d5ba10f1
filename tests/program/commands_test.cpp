// What the commands promise: their output, and their JSON.
#include <gmock/gmock.h>

#include "shared/data/dataset.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/idx_files.hpp"
#include "tests/support/run_program.hpp"

namespace twin {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

void expect_header(const json& result, const std::string& command) {
  EXPECT_EQ(result["schema"], "twingrad." + command + "/1");
  for (const char* field : {"commit", "options", "machine", "backends", "threads"})
    EXPECT_TRUE(result.contains(field));
  EXPECT_EQ(result["threads"]["requested"], 1);
  for (const char* library : {"blas", "manual", "autograd"})
    EXPECT_EQ(result["threads"][library], 1) << library;
  // What was really used, by processor time. The first moments of a process may keep a second thread busy.
  EXPECT_LT(result["threads"]["busy"], 1.5);
}

TEST(Program, HelpOfEveryCommandExitsWithZero) {
  for (const char* command : {"list", "train", "check", "explain", "bench", "report"}) {
    const Finished said = run_twin({command, "--help"});
    EXPECT_EQ(said.code, 0);
    EXPECT_THAT(said.out, HasSubstr("--threads"));
  }
  EXPECT_THAT(run_twin({"mutants", "--help"}).out, HasSubstr("--workers"));
  EXPECT_THAT(run_twin({"--help"}).out, HasSubstr("explain"));
}

TEST(Program, PlainTextInAPipe) {
  const Finished said = run_twin({"train", "perceptron", "--epochs", "5"});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, Not(HasSubstr("\033")));
  EXPECT_THAT(said.err, IsEmpty());
}

TEST(List, NamesEveryNetworkAndWhatItRunsOn) {
  const Finished said = run_twin({"list"});
  EXPECT_THAT(said.out, HasSubstr("fashion-mlp"));
  EXPECT_THAT(said.out, HasSubstr("LibTorch"));
  const json list = json_of({"list"});
  expect_header(list, "list");
  ASSERT_EQ(list["networks"].size(), 3);
  EXPECT_EQ(list["networks"][1]["network"], "xor");
  EXPECT_EQ(list["networks"][1]["parameters"], 17);
  EXPECT_EQ(list["networks"][2]["parameters"], 235146);
}

TEST(List, NamesEveryStemAndWhoDoesIt) {
  const json list = json_of({"list", "--stems"});
  expect_header(list, "list");
  std::map<std::string, json> stems;
  for (const json& stem : list["stems"]) stems[stem["stem"]] = stem;
  for (const char* stem : {"dense", "mse", "sgd", "cosine_with_warmup", "clip_grad_norm"})
    for (const char* side : {"manual", "autograd"})
      EXPECT_EQ(stems[stem]["sides"][side], stems[stem]["examples"].size()) << stem;
  EXPECT_EQ(stems["dense"]["kind"], "layers");
  EXPECT_EQ(stems["dense"]["parameters"], 24);  // of "odd": 7×3 and 3
  EXPECT_EQ(stems["dense"]["sides"]["fixed"], 0);
  EXPECT_THAT(run_twin({"list", "--stems"}).out, HasSubstr("fixed lacks"));
}

TEST(List, UsesAsManyThreadsAsAsked) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one processor";
  const json list = json_of({"list", "--threads", "2"});
  for (const char* library : {"requested", "blas", "manual", "autograd"})
    EXPECT_EQ(list["threads"][library], 2);
}

TEST(Train, XorInFloat64KeepsTheWeightsTogether) {
  const json result = json_of({"train", "xor", "--dtype", "float64", "--epochs", "10000"});
  expect_header(result, "train");
  ASSERT_EQ(result["epochs"].size(), 10000);
  const json& last = result["epochs"].back();
  EXPECT_EQ(last["epoch"], 10000);
  EXPECT_EQ(last["accuracy_manual"], 1.0);
  EXPECT_EQ(last["accuracy_autograd"], 1.0);
  EXPECT_LT(result["final"]["max_rel_weight_gap"], 1e-9);
  EXPECT_EQ(result["final"]["tensors"].size(), 4);
}

TEST(Train, PerceptronLearnsOrAndNeverXor) {
  EXPECT_EQ(json_of({"train", "perceptron"})["epochs"].back()["accuracy_manual"], 1.0);
  const json on_xor = json_of({"train", "perceptron", "--dataset", "xor"});
  EXPECT_LT(on_xor["epochs"].back()["accuracy_manual"], 1.0);
  EXPECT_LT(on_xor["epochs"].back()["accuracy_autograd"], 1.0);
}

TEST(Train, OneTwinAlone) {
  const json hand = json_of({"train", "xor", "--backend", "manual", "--epochs", "3"});
  EXPECT_TRUE(hand["epochs"][0].contains("loss_manual"));
  EXPECT_FALSE(hand["epochs"][0].contains("loss_autograd"));
  EXPECT_FALSE(hand["final"].contains("max_rel_weight_gap"));
  const json framework = json_of({"train", "xor", "--backend", "autograd", "--epochs", "3"});
  EXPECT_NEAR(framework["epochs"][2]["loss_autograd"], hand["epochs"][2]["loss_manual"], 1e-6);
}

TEST(Train, StepsStopWithinAnEpoch) {
  const TemporaryFolder folder;
  write_image_folder(folder.path());
  const json result =
      json_of({"train", "fashion-mlp", "--steps", "3", "--batch", "10", "--data", folder.path().string()});
  EXPECT_EQ(result["final"]["steps"], 3);
  EXPECT_EQ(result["epochs"].size(), 2);  // 20 samples: two batches in the first, one in the second
}

TEST(Train, SameSeedSameNumbers) {
  const std::vector<std::string> run{"train", "xor", "--epochs", "50", "--seed", "7"};
  EXPECT_EQ(json_of(run)["epochs"], json_of(run)["epochs"]);
  EXPECT_NE(json_of(run)["epochs"], json_of({"train", "xor", "--epochs", "50", "--seed", "8"})["epochs"]);
}

TEST(Train, LooksAtTheTestSamplesAsOftenAsAsked) {
  const json epochs = json_of({"train", "xor", "--epochs", "5", "--eval-every", "2"})["epochs"];
  std::vector<bool> looked;
  for (const json& epoch : epochs) {
    EXPECT_EQ(epoch.contains("accuracy_manual"), epoch.contains("accuracy_autograd"));
    looked.push_back(epoch.contains("accuracy_manual"));
  }
  EXPECT_THAT(looked, testing::ElementsAre(false, true, false, true, true));  // and after the last
}

TEST(Train, SaysHowTheNetworkMoves) {
  const json own = json_of({"train", "xor", "--epochs", "1", "--momentum", "0.5"})["options"];
  EXPECT_EQ(own["optimizer"], "sgd");
  EXPECT_EQ(own["lr"], 2.0);  // the network's
  EXPECT_EQ(own["momentum"], 0.5);
  EXPECT_EQ(own["initialiser"], "uniform");
  const json named =
      json_of({"train", "xor", "--epochs", "1", "--optimizer", "sgd", "--initialiser", "xavier_uniform"});
  EXPECT_EQ(named["options"]["lr"], 2.0);  // it is the network's own
  EXPECT_EQ(named["options"]["initialiser"], "xavier_uniform");
  for (const json& tensor : named["final"]["tensors"]) EXPECT_EQ(tensor["quantity"], "weight");
}

TEST(Train, LearnsFashionMnist) {
  if (!std::filesystem::exists(default_fashion_mnist_folder())) GTEST_SKIP() << "no dataset";
  const json last = json_of({"train", "fashion-mlp", "--epochs", "10"})["epochs"].back();
  EXPECT_GT(last["accuracy_manual"], 0.86);
  EXPECT_GT(last["accuracy_autograd"], 0.86);
  EXPECT_NEAR(last["accuracy_manual"], last["accuracy_autograd"], 0.003);
}

TEST(Train, StopsWhereTheLossIsNoNumber) {
  const Finished said = run_twin({"train", "xor", "--lr", "1e38", "--momentum", "0.99", "--epochs", "100"});
  EXPECT_EQ(said.code, 2);
  EXPECT_THAT(said.err, testing::ContainsRegex(
                            "numeric: the loss became (nan|inf).*manual twin, epoch [0-9]+, step 1"));
}

TEST(Check, WalksOverTheExamplesOfAStem) {
  const json result = json_of({"check", "mse", "sgd", "xor"});
  EXPECT_EQ(result["failed"], 0);
  EXPECT_EQ(result["options"]["networks"], (json{"xor"}));
  EXPECT_EQ(result["options"]["stems"], (json{"mse", "sgd"}));
  std::set<std::string> names;
  for (const json& row : result["checks"]) names.insert(row["network"]);
  EXPECT_THAT(names,
              testing::IsSupersetOf({"xor", "mse/odd", "mse/one_element", "sgd/plain", "sgd/momentum"}));
  const std::string text = run_twin({"check", "mse"}).out;
  EXPECT_THAT(text, testing::ContainsRegex("mse/odd +[0-9]+ +0 "));
}

TEST(Check, PassesOnEveryNetwork) {
  const TemporaryFolder folder;
  write_image_folder(folder.path(), {.train = 300});
  const json result =
      json_of({"check", "perceptron", "xor", "fashion-mlp", "--data", folder.path().string()});
  expect_header(result, "check");
  EXPECT_EQ(result["failed"], 0);
  EXPECT_GT(result["passed"], 80);
  std::set<std::string> quantities, oracles, dtypes;
  for (const json& row : result["checks"]) {
    quantities.insert(row["quantity"]);
    oracles.insert(row["oracle"]);
    dtypes.insert(row["dtype"]);
    EXPECT_EQ(row["ok"], row["verdict"] == "pass");
    EXPECT_LE(row["max_abs"], row["bound"]);
  }
  EXPECT_EQ(quantities,
            (std::set<std::string>{"loss", "gradient", "input_gradient", "weight", "optimizer_state"}));
  EXPECT_EQ(oracles, (std::set<std::string>{"autograd", "finite_difference", "itself"}));
  EXPECT_TRUE(result["findings"].empty());
  EXPECT_EQ(result["kinks"], 0);
  // Tight: where there is a gap, the largest of a tensor is within a thousand times of its bound.
  EXPECT_GT(result["tightness"].size(), 30U);
  for (const json& row : result["tightness"]) {
    const double share = row["largest_share"];
    EXPECT_LE(row["median_share"], share);
    EXPECT_LE(share, 1);
    EXPECT_TRUE(share == 0 || share > 1e-3 || row["oracle"] == "finite_difference") << row;
  }
  for (const auto& [dtype, decades] : result["distribution"].items()) {
    EXPECT_EQ(decades[0]["rows"], 0) << dtype << " beyond its bound";
    EXPECT_GT(decades[2]["rows"], 0) << dtype;
  }
  EXPECT_EQ(dtypes, (std::set<std::string>{"float32", "float64"}));
}

TEST(Explain, ShowsEveryStepOfBothTwins) {
  const Finished said = run_twin({"explain", "xor"});
  EXPECT_EQ(said.code, 0);
  for (const char* step :
       {"manual: predicted_output", "autograd: outputs = model(X)", "manual: error",
        "autograd: loss = loss_function(outputs, y)", "manual: adjustment", "autograd: loss.backward()",
        "manual: weights", "manual: bias", "autograd: optimizer.step()"})
    EXPECT_THAT(said.out, HasSubstr(step));
  const json result = json_of({"explain", "xor"});
  expect_header(result, "explain");
  ASSERT_EQ(result["manual"].size(), result["autograd"].size());
  for (std::size_t i = 0; i < result["manual"].size(); ++i)
    EXPECT_EQ(result["manual"][i]["quantity"], result["autograd"][i]["quantity"]);
}

TEST(Explain, ShowsWhyThePerceptronCannotLearnXor) {
  EXPECT_THAT(run_twin({"explain", "perceptron", "--dataset", "xor", "--steps", "2000"}).out,
              HasSubstr("no single straight line separates these classes"));
  EXPECT_THAT(run_twin({"explain", "perceptron", "--steps", "2000"}).out,
              Not(HasSubstr("no single straight line")));
}

TEST(Bench, WritesGoogleBenchmarksJson) {
  const json result = json_of({"bench", "xor", "--quick"});
  EXPECT_EQ(result["schema"], "twingrad.bench/2");
  EXPECT_TRUE(result["context"].contains("num_cpus"));
  EXPECT_GT(result["copy_bytes_per_second"], 0);
  std::set<std::string> names;
  for (const json& row : result["benchmarks"]) {
    const std::string name = row["name"];
    names.insert(name.substr(0, name.find("/iterations")));
    for (const char* side : {"manual", "fixed", "eigen", "control", "autograd", "tuned", "products"})
      for (const char* counter : {".us.median", ".ratio", ".ratio_low", ".ratio_high", ".busy", ".gflops"})
        EXPECT_TRUE(row.contains(std::string(side) + counter)) << name << " " << side << counter;
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"train_step/xor/batch:4/float32/cpu/threads:1",
                                            "train_step/xor/batch:4/float64/cpu/threads:1"}));
}

TEST(Bench, TimesTheExamplesOfAStem) {
  const json result = json_of({"bench", "mse", "--quick", "--threads", "1", "--dtype", "float32"});
  std::set<std::string> names;
  for (const json& row : result["benchmarks"]) {
    const std::string name = row["name"];
    names.insert(name.substr(0, name.find("/batch:")));
    EXPECT_TRUE(row.contains("manual.us.median") && row.contains("autograd.us.median")) << name;
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"train_step/mse/odd", "train_step/mse/one_element"}));
  std::set<std::string> sides;
  for (const json& out : result["left_out"]) sides.insert(out["side"]);
  EXPECT_THAT(sides, testing::IsSupersetOf({"fixed", "products"}));
}

TEST(Bench, MeasuresAsManyThreadsAsItIsTold) {
  const json result = json_of({"bench", "perceptron", "--quick", "--threads", "1", "--dtype", "float64"});
  for (const json& row : result["benchmarks"]) {
    EXPECT_THAT(row["name"].get<std::string>(), testing::HasSubstr("/float64/cpu/threads:1"));
    EXPECT_LE(row["autograd.busy"], 1.1);
  }
  EXPECT_EQ(result["benchmarks"].size(), 1);
  for (const json& peer : result["peers"]) EXPECT_EQ(peer["threads"], 1);
}

TEST(Mutants, AreNamedOneByOneOrByTheirStem) {
  const Finished said = run_twin({"mutants", "--list", "sigmoid", "dense-stale-input"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("sigmoid-derivative-twice"));
  EXPECT_THAT(said.out, HasSubstr("dense-stale-input"));
  EXPECT_THAT(said.out, Not(HasSubstr("dense-bias-forgotten")));
}

TEST(Report, WritesAPageThatNeedsNothingElse) {
  const TemporaryFolder folder, data;
  write_image_folder(data.path(), {.train = 300});
  const std::string out = (folder / "report").string();
  const Finished said = run_twin(
      {"report", "--quick", "--only", "detectors,gaps,drift", "--out", out, "--data", data.path().string()});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.err, IsEmpty());
  EXPECT_THAT(names_in(out),
              testing::ElementsAre("data", "index.html", "pictures", "report.json", "report.md"));

  const std::string page = read_file(folder / "report/index.html");
  EXPECT_THAT(page, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(page, Not(testing::ContainsRegex("(src|href)=\"(http|pictures)")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  const std::string markdown = read_file(folder / "report/report.md");
  for (const char* picture : {"detectors", "gaps-depth", "drift-xor", "drift-fashion-mlp"}) {
    EXPECT_THAT(markdown, HasSubstr(std::string("pictures/") + picture + ".svg"));
    EXPECT_THAT(read_file(folder / ("report/pictures/" + std::string(picture) + ".svg")),
                HasSubstr("</svg>"));
  }
  for (const char* question : {"detectors", "gaps", "drift"})
    EXPECT_TRUE(json::parse(read_file(folder / ("report/data/" + std::string(question) + ".json")))
                    .contains("schema"));
}

// The smallest report.
std::vector<std::string> small_report(const std::filesystem::path& out) {
  return {"report", "--quick", "--only", "silent-mistakes,detectors", "--out", out.string()};
}

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Report, AsksOnlyTheQuestionsNamed) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_twin(small_report(folder.path())).code, 0);
  const json report = json::parse(read_file(folder / "report.json"));
  expect_header(report, "report");
  EXPECT_EQ(report["questions"].size(), 2);
  EXPECT_EQ(report["questions"]["detectors"]["file"], "data/detectors.json");
  EXPECT_THAT(names_in(folder / "data"), testing::ElementsAre("detectors.json", "silent-mistakes.json"));
  EXPECT_THAT(read_file(folder / "report.md"), HasSubstr("## 2. "));
  EXPECT_THAT(read_file(folder / "report.md"), Not(HasSubstr("## 3. ")));
}

TEST(Report, SpeaksBothLanguages) {
  const TemporaryFolder folder;
  const Finished said = run_twin(with(small_report(folder.path()), {"--lang", "id"}));
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(read_file(folder / "report.md"), testing::StartsWith("# Mengapa beralih"));
  const std::string page = read_file(folder / "index.html");
  EXPECT_THAT(page, HasSubstr("<html lang=\"id\">"));
  EXPECT_THAT(page, HasSubstr("<h1>Mengapa beralih"));
  EXPECT_THAT(page, HasSubstr("<h1>Why move"));
}

TEST(Report, ShowsWhatHasChanged) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_twin(small_report(folder.path())).code, 0);
  json earlier = json::parse(read_file(folder / "report.json"));
  earlier["commit"] = "of-old";
  write_file(folder / ".earlier", earlier.dump());
  const Finished said =
      run_twin(with(small_report(folder.path()), {"--compare", (folder / ".earlier").string()}));
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, testing::ContainsRegex("(both|two) reports"));
  EXPECT_THAT(read_file(folder / "report.md"), HasSubstr("What has changed since of-old"));
  EXPECT_THAT(read_file(folder / "index.html"), HasSubstr("Yang berubah sejak of-old"));
}

TEST(Report, ShowsInABrowserWhole) {
  SKIP_WITHOUT_BROWSER();
  const TemporaryFolder folder;
  ASSERT_EQ(run_twin(small_report(folder.path())).code, 0);
  const json seen = browse(read_file(folder / "index.html"), {390, 1440});
  EXPECT_THAT(seen["problems"], IsEmpty()) << seen.dump(1);
  EXPECT_EQ(seen["languages"], (json{"en", "id"}));
  EXPECT_GE(seen["pictures"], 2 * 2 * 2);  // widths, languages
}

}  // namespace
}  // namespace twin
