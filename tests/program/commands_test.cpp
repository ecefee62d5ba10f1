// What the commands promise: their output, and their JSON.
#include <algorithm>
#include <gmock/gmock.h>

#include "shared/catalogue.hpp"
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
  for (const char* command : {"list", "train", "check", "diff", "explain", "bench", "mutants"}) {
    const Finished said = run_twin({command, "--help"});
    EXPECT_EQ(said.code, 0) << command;
    EXPECT_THAT(said.out, HasSubstr("--json")) << command;
    EXPECT_THAT(said.err, IsEmpty()) << command;
  }
  EXPECT_EQ(run_twin({"--help"}).code, 0);
}

TEST(Program, PlainTextInAPipe) {
  const Finished said = run_twin({"train", "perceptron", "--epochs", "5"});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, Not(HasSubstr("\033")));
  EXPECT_THAT(said.err, IsEmpty());
}

TEST(List, NamesEveryNetworkAndWhatItRunsOn) {
  const json list = json_of({"list"});
  expect_header(list, "list");
  std::vector<std::string> listed, known;
  std::map<std::string, std::int64_t> parameters;
  for (const json& network : list["networks"]) {
    listed.push_back(network["network"]);
    parameters[listed.back()] = network["parameters"];
  }
  for (const CatalogueEntry& entry : catalogue()) known.push_back(entry.name);
  EXPECT_EQ(listed, known);
  EXPECT_EQ(parameters["xor"], 17);
  EXPECT_EQ(parameters["fashion-mlp"], 235146);
  EXPECT_EQ(parameters["lenet"], 61706);
  for (const char* side : {"manual", "autograd"}) EXPECT_EQ(list["devices"][side][0], "cpu");
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
  EXPECT_FALSE(stems["dense"]["lacks"]["fixed"].empty());
  EXPECT_FALSE(stems["dense"]["lacks"].contains("manual"));
}

TEST(List, UsesAsManyThreadsAsAsked) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one processor";
  const json list = json_of({"list", "--threads", "2"});
  for (const char* library : {"requested", "blas", "manual", "autograd"})
    EXPECT_EQ(list["threads"][library], 2);
}

TEST(Train, XorInFloat64KeepsTheWeightsTogether) {
  const json result =
      json_of({"train", "xor", "--dtype", "float64", "--epochs", "500", "--eval-every", "500"});
  expect_header(result, "train");
  ASSERT_EQ(result["epochs"].size(), 500);
  const json& last = result["epochs"].back();
  EXPECT_EQ(last["epoch"], 500);
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

TEST(Train, TakesAnotherOptimiserWithItsOwnDefaults) {
  const std::vector<std::string> adam{"train",   "xor",     "--optimizer", "adam",
                                      "--dtype", "float64", "--epochs",    "200"};
  const json result = json_of(adam);
  EXPECT_EQ(result["options"]["optimizer"], "adam");
  EXPECT_EQ(result["options"]["lr"], 0.001);  // Adam's, not the network's
  EXPECT_EQ(result["options"]["beta1"], 0.9);
  EXPECT_FALSE(result["options"].contains("momentum"));
  EXPECT_LT(result["epochs"].back()["loss_manual"], result["epochs"][0]["loss_manual"]);
  EXPECT_LT(result["final"]["max_rel_weight_gap"], 1e-9);
  std::vector<std::string> faster = adam;
  faster.insert(faster.end(), {"--lr", "0.1"});
  EXPECT_LT(json_of(faster)["epochs"].back()["loss_autograd"], result["epochs"].back()["loss_autograd"]);
}

// What a network learns of Fashion-MNIST in a run that is short enough for every day.
struct Lesson {
  const char* network;
  std::vector<std::string> how;
  double accuracy;
};
void PrintTo(const Lesson& lesson, std::ostream* out) { *out << lesson.network; }

class Pictures : public testing::TestWithParam<Lesson> {};
// Over the catalogue's own epochs they come further: fashion-mlp beyond 86 %, lenet beyond 89 %.
INSTANTIATE_TEST_SUITE_P(Networks, Pictures,
                         testing::Values(Lesson{"fashion-mlp", {"--epochs", "2"}, 0.8},
                                         Lesson{"lenet", {"--steps", "300"}, 0.75}),
                         [](const auto& info) {
                           std::string name = info.param.network;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST_P(Pictures, AreLearntByBothTwins) {
  if (!std::filesystem::exists(default_fashion_mnist_folder())) GTEST_SKIP() << "no dataset";
  std::vector<std::string> words{"train", GetParam().network, "--eval-every", "10"};
  words.insert(words.end(), GetParam().how.begin(), GetParam().how.end());
  const json last = json_of(words)["epochs"].back();
  EXPECT_GT(last["accuracy_manual"], GetParam().accuracy);
  EXPECT_GT(last["accuracy_autograd"], GetParam().accuracy);
  EXPECT_NEAR(last["accuracy_manual"], last["accuracy_autograd"], 0.02);
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
}

TEST(Check, TakesOneExampleOfAStem) {
  const json result = json_of({"check", "mse/odd"});
  EXPECT_EQ(result["failed"], 0);
  EXPECT_GT(result["passed"], 0);
  for (const json& row : result["checks"]) EXPECT_EQ(row["network"], "mse/odd");
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
  EXPECT_EQ(quantities, (std::set<std::string>{"loss", "gradient", "input_gradient", "weight",
                                               "optimizer_state", "output"}));
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

// The parts of a step, as a twin names them, in their order.
std::vector<std::string> steps_of(const json& trace) {
  std::vector<std::string> steps;
  for (const json& entry : trace)
    if (steps.empty() || steps.back() != entry["step"].get<std::string>()) steps.push_back(entry["step"]);
  return steps;
}

// Both twins list the same quantities, and come to the same numbers.
void expect_same_traces(const json& result) {
  ASSERT_EQ(result["manual"].size(), result["autograd"].size());
  ASSERT_GT(result["manual"].size(), 0U);
  for (std::size_t i = 0; i < result["manual"].size(); ++i) {
    const json &hand = result["manual"][i], &framework = result["autograd"][i];
    EXPECT_EQ(hand["quantity"], framework["quantity"]);
    EXPECT_EQ(hand["shape"], framework["shape"]);
    ASSERT_EQ(hand["values"].size(), framework["values"].size());
    for (std::size_t j = 0; j < hand["values"].size(); ++j)
      EXPECT_NEAR(hand["values"][j], framework["values"][j], 1e-10) << hand["quantity"];
  }
}

std::vector<std::string> quantities_of(const json& result) {
  std::vector<std::string> quantities;
  for (const json& entry : result["manual"]) quantities.push_back(entry["quantity"]);
  return quantities;
}

TEST(Explain, ShowsEveryStepOfBothTwins) {
  const json result = json_of({"explain", "xor"});
  expect_header(result, "explain");
  expect_same_traces(result);
  EXPECT_THAT(steps_of(result["manual"]),
              testing::IsSupersetOf({"predicted_output", "error", "adjustment", "weights", "bias"}));
  EXPECT_THAT(steps_of(result["autograd"]),
              testing::IsSupersetOf({"outputs = model(X)", "loss = loss_function(outputs, y)",
                                     "loss.backward()", "optimizer.step()"}));
  EXPECT_THAT(quantities_of(result), testing::Contains("d_hidden.weight"));
}

// Samples lie flat in the dataset; the layers see pictures.
TEST(Explain, ShowsPicturesAsTheLayersSeeThem) {
  const TemporaryFolder folder;
  write_image_folder(folder.path());
  const json result = json_of({"explain", "lenet", "--batch", "2", "--data", folder.path().string()});
  expect_same_traces(result);
  EXPECT_EQ(result["manual"][0]["shape"], (json{2, 1, 28, 28}));
}

// Samples that ask for changes which cancel: nothing moves, and not all is learnt.
TEST(Explain, ShowsWhyThePerceptronCannotLearnXor) {
  const json stuck = json_of({"explain", "perceptron", "--dataset", "xor", "--steps", "2000"})["gradients"];
  EXPECT_GT(stuck["largest_of_a_sample"], 0.05);
  EXPECT_LT(stuck["largest_of_the_mean"], 1e-3 * stuck["largest_of_a_sample"].get<double>());
  const json learning = json_of({"explain", "perceptron", "--steps", "2000"})["gradients"];
  EXPECT_GT(learning["largest_of_the_mean"], 1e-3 * learning["largest_of_a_sample"].get<double>());
}

// Composites, states, integers, buffers and masks; a loss, an optimiser, a schedule and a clipping.
class ExplainStem : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Stems, ExplainStem,
                         testing::Values("residual", "self_attention", "lstm", "embedding", "batch_norm",
                                         "dropout", "conv2d", "cross_entropy", "adam", "cosine_with_warmup",
                                         "clip_grad_norm"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(ExplainStem, ShowsItsFirstExample) {
  const json result = json_of({"explain", GetParam(), "--steps", "1"});
  expect_header(result, "explain");
  EXPECT_THAT(result["options"]["network"].get<std::string>(),
              testing::StartsWith(std::string(GetParam()) + "/"));
  expect_same_traces(result);
}

TEST(Explain, ShowsTheChildrenOfAComposite) {
  const std::vector<std::string> shown = quantities_of(json_of({"explain", "residual"}));
  EXPECT_THAT(shown,
              testing::IsSupersetOf({"residual", "residual.up", "d_residual.up.weight", "residual.up: d_x"}));
  // What a child is given and nobody has computed before is shown too.
  EXPECT_THAT(quantities_of(json_of({"explain", "self_attention"})),
              testing::Contains("attention.o_proj: x"));
}

TEST(Explain, TakesOneExampleOfAStem) {
  const json list = json_of({"list", "--stems"});
  for (const json& stem : list["stems"]) {
    if (stem["stem"] != "mse") continue;
    const std::string last = "mse/" + stem["examples"].back().get<std::string>();
    EXPECT_EQ(json_of({"explain", last})["options"]["network"], last);
  }
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
  for (const json& guest : result["guests"]) EXPECT_EQ(guest["threads"], 1);
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
      {"report", "--quick", "--only", "mistakes,gaps,drift", "--out", out, "--data", data.path().string()});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.err, IsEmpty());
  EXPECT_THAT(names_in(out),
              testing::ElementsAre("data", "index.html", "pictures", "report.json", "report.md"));

  const std::string page = read_file(folder / "report/index.html");
  EXPECT_THAT(page, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(page, Not(testing::ContainsRegex("(src|href)=\"(http|pictures)")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  const std::string markdown = read_file(folder / "report/report.md");
  for (const char* picture : {"mistakes", "gaps-depth", "drift-xor", "drift-fashion-mlp"}) {
    EXPECT_THAT(markdown, HasSubstr(std::string("pictures/") + picture + ".svg"));
    EXPECT_THAT(read_file(folder / ("report/pictures/" + std::string(picture) + ".svg")),
                HasSubstr("</svg>"));
  }
  for (const char* question : {"mistakes", "gaps", "drift"})
    EXPECT_TRUE(json::parse(read_file(folder / ("report/data/" + std::string(question) + ".json")))
                    .contains("schema"));
}

// The smallest report.
std::vector<std::string> small_report(const std::filesystem::path& out) {
  return {"report", "--quick", "--only", "mistakes,gpu", "--out", out.string()};
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
  EXPECT_EQ(report["questions"]["mistakes"]["file"], "data/mistakes.json");
  EXPECT_THAT(names_in(folder / "data"), testing::ElementsAre("gpu.json", "mistakes.json"));
}

TEST(Report, SpeaksBothLanguages) {
  const TemporaryFolder folder;
  const Finished said = run_twin(with(small_report(folder.path()), {"--lang", "id"}));
  ASSERT_EQ(said.code, 0) << said.err;
  const std::string page = read_file(folder / "index.html");
  for (const char* part :
       {"<html lang=\"id\">", "Why move from hand-written code", "Mengapa beralih dari kode manual"})
    EXPECT_THAT(page, HasSubstr(part));
}

TEST(Report, WritesThePageAnewOutOfItsNumbers) {
  const TemporaryFolder first, second, none;
  ASSERT_EQ(run_twin(small_report(first.path())).code, 0);
  const Finished said =
      run_twin({"report", "--from", first.path().string(), "--out", second.path().string(), "--lang", "en"});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(names_in(second / "data"), names_in(first / "data"));
  EXPECT_EQ(read_file(second / "report.md"), read_file(first / "report.md"));
  EXPECT_EQ(json::parse(read_file(second / "report.json")), json::parse(read_file(first / "report.json")));

  write_file(first / "data/mistakes.json", "{\"mutants\": [{}]}");
  const Finished damaged =
      run_twin({"report", "--from", first.path().string(), "--out", (none / "out").string()});
  EXPECT_EQ(damaged.code, 2);
  EXPECT_THAT(damaged.err, HasSubstr("is damaged"));
  EXPECT_FALSE(std::filesystem::exists(none / "out"));
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
  EXPECT_THAT(read_file(folder / "report.md"), HasSubstr("of-old"));
  const std::string page = read_file(folder / "index.html");
  for (const char* part : {"id=\"changes\"", "What has changed since of-old", "Yang berubah sejak of-old"})
    EXPECT_THAT(page, HasSubstr(part));
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
