// Whatever a user gets wrong: one line on standard error, exit code 2, nothing half-written.
#include <algorithm>
#include <gmock/gmock.h>

#include "shared/data/dataset.hpp"
#include "tests/support/idx_files.hpp"
#include "tests/support/run_program.hpp"

namespace twin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

void expect_refused(const std::vector<std::string>& arguments, const std::vector<std::string>& words) {
  const Finished said = run_twin(arguments);
  EXPECT_EQ(said.code, 2);
  EXPECT_THAT(said.err, StartsWith("error: "));
  EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  for (const std::string& word : words) EXPECT_THAT(said.err, HasSubstr(word));
}

TEST(BadInput, UnknownCommand) {
  expect_refused({}, {"subcommand"});
  expect_refused({"trian"}, {"unknown command trian", "list, train, check"});
}

TEST(BadInput, UnknownNetwork) {
  expect_refused({"train", "xorr"}, {"unknown network xorr", "perceptron, xor, fashion-mlp"});
  expect_refused({"check", "xor", "nor"}, {"unknown network or stem nor", "fashion-mlp, ", "dense, "});
  expect_refused({"explain", "nor"}, {"unknown network or stem nor"});
  for (const char* command : {"check", "explain", "bench"})
    expect_refused({command, "mse/evn"}, {"unknown example mse/evn", "mse/odd, "});
  expect_refused({"bench", "nor"}, {"unknown network or stem nor"});
  expect_refused({"train"}, {"network is required"});
}

TEST(BadInput, UnknownStemOrExample) {
  expect_refused({"check", "conv3d"}, {"unknown network or stem conv3d", "conv2d, "});
  for (const char* command : {"check", "explain", "bench"})
    expect_refused({command, "conv2d/odder"}, {"unknown example conv2d/odder", "conv2d/"});
  expect_refused({"train", "conv2d"}, {"unknown network conv2d"});  // a layer alone has nothing to learn
}

TEST(BadInput, OptionsThatAStemHasNot) {
  expect_refused({"train", "xor", "--optimizer", "conv2d"}, {"unknown optimizer conv2d", "adam"});
  expect_refused({"explain", "conv2d", "--dataset", "xor"}, {"--dataset", "conv2d"});
  expect_refused({"explain", "adam", "--batch", "3"}, {"--batch", "adam"});
}

TEST(BadInput, UnknownMutant) {
  expect_refused({"mutants", "mse-sign", "mse-sine"}, {"unknown mutant mse-sine,", "twin mutants --list"});
  expect_refused({"mutants", "--workers", "0"}, {"--workers is 0"});
}

TEST(BadInput, UnknownOption) {
  expect_refused({"train", "xor", "--epoch", "3"}, {"--epoch"});
  expect_refused({"list", "extra"}, {"extra"});
  expect_refused({"report", "--fast"}, {"--fast"});
}

TEST(BadInput, UnknownValue) {
  expect_refused({"train", "xor", "--dtype", "float16"}, {"unknown dtype float16", "float32, float64"});
  expect_refused({"train", "xor", "--backend", "numpy"}, {"unknown backend numpy", "both, manual, autograd"});
  expect_refused({"train", "xor", "--device", "tpu"}, {"unknown device tpu", "cpu, cuda"});
  expect_refused({"train", "xor", "--optimizer", "adamm"}, {"unknown optimizer adamm", "sgd"});
  expect_refused({"train", "xor", "--initialiser", "zeros"}, {"unknown initialiser zeros", "xavier_uniform"});
  expect_refused({"train", "xor", "--dataset", "nand"}, {"unknown dataset nand", "xor"});
  expect_refused({"check", "--dtype", "float16"}, {"unknown dtype float16"});
  expect_refused({"report", "--lang", "fr"}, {"unknown language fr", "en, id"});
}

TEST(BadInput, NumbersThatAreNone) {
  expect_refused({"train", "xor", "--epochs", "many"}, {"--epochs"});
  expect_refused({"train", "xor", "--lr", "fast"}, {"--lr"});
  expect_refused({"train", "xor", "--seed", "-1"}, {"--seed"});
}

TEST(BadInput, SizesThatAreNone) {
  for (const char* size : {"0", "-1"}) {
    expect_refused({"train", "xor", "--epochs", size}, {"--epochs"});
    expect_refused({"train", "xor", "--steps", size}, {"--steps"});
    expect_refused({"train", "xor", "--batch", size}, {"--batch"});
    expect_refused({"train", "xor", "--eval-every", size}, {"--eval-every"});
    expect_refused({"check", "xor", "--steps", size}, {"--steps"});
    expect_refused({"train", "xor", "--threads", size}, {"threads"});
  }
  expect_refused({"explain", "xor", "--steps", "-1"}, {"--steps"});
  expect_refused({"list", "--threads", "100000"}, {"threads"});
}

TEST(BadInput, HyperparametersThatAreNone) {
  for (const char* lr : {"nan", "-0.1", "0", "inf"}) expect_refused({"train", "xor", "--lr", lr}, {"lr is"});
  for (const char* momentum : {"nan", "-0.5"})
    expect_refused({"train", "xor", "--momentum", momentum}, {"momentum is"});
  expect_refused({"train", "xor", "--optimizer", "adam", "--lr", "0"}, {"lr is 0"});
  expect_refused({"train", "xor", "--optimizer", "adam", "--momentum", "0.5"}, {"no momentum", "beta1"});
}

TEST(BadInput, BatchLargerThanTheDataset) {
  expect_refused({"train", "xor", "--batch", "5"}, {"a batch of 5 is larger than the dataset", "at most 4"});
}

TEST(BadInput, OptionsThatAreNotForAStem) {
  expect_refused({"explain", "mse", "--batch", "5"}, {"--batch is not for mse"});
  expect_refused({"explain", "mse/odd", "--dataset", "xor"}, {"--dataset is not for mse/odd"});
}

TEST(BadInput, DatasetThatDoesNotFitTheNetwork) {
  const TemporaryFolder folder;
  write_image_folder(folder.path());
  expect_refused({"train", "fashion-mlp", "--dataset", "xor"}, {"does not fit network fashion-mlp"});
  expect_refused({"train", "xor", "--dataset", "fashion-mnist", "--data", folder.path().string()},
                 {"does not fit network xor"});
  const TemporaryFolder narrow;
  write_image_folder(narrow.path(), {.width = 27});
  expect_refused({"train", "fashion-mlp", "--data", narrow.path().string()}, {"does not fit", "fashion-mlp"});
}

TEST(BadInput, CudaWithoutCuda) {
  const nlohmann::json list = json_of({"list"});
  if (list["devices"]["autograd"].size() > 1) GTEST_SKIP() << "this LibTorch has CUDA";
  for (const char* command : {"train", "explain", "check", "bench"})
    expect_refused({command, "xor", "--device", "cuda"}, {"no CUDA device", "--device cpu"});
}

// Before anything is built or measured.
TEST(BadInput, SecondLibTorchThatIsNone) {
  const TemporaryFolder folder;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"bench", "xor", "--quick"},
        {"bench", "xor", "--quick", "--threads", "1"},
        {"report", "--quick", "--out", (folder / "report").string()}}) {
    const auto with = [&](const std::string& libtorch) {
      std::vector<std::string> words = command;
      words.insert(words.end(), {"--libtorch", libtorch});
      return words;
    };
    expect_refused(with("/nonexistent"), {"no such folder", "--libtorch /nonexistent"});
    expect_refused(with(folder.path().string()), {"no TorchConfig.cmake", "torch/share/cmake"});
  }
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

// Each file of the dataset, damaged in each way, is named in the one line.
class DamagedData : public testing::TestWithParam<std::string> {
 protected:
  DamagedData() { write_image_folder(folder_.path()); }

  void expect_refused_data(const std::string& word) {
    expect_refused(
        {"train", "fashion-mlp", "--epochs", "1", "--batch", "10", "--data", folder_.path().string()},
        {"data: ", GetParam(), word});
  }

  std::filesystem::path file() const { return folder_ / GetParam(); }

  TemporaryFolder folder_;
};

TEST_P(DamagedData, Missing) {
  std::filesystem::remove(file());
  expect_refused_data("No such file");
}

TEST_P(DamagedData, Empty) {
  write_file(file(), "");
  expect_refused_data("truncated");
}

TEST_P(DamagedData, Truncated) {
  const std::string bytes = read_file(file());
  write_file(file(), bytes.substr(0, bytes.size() / 2));
  expect_refused_data("truncated");
}

TEST_P(DamagedData, OfAnotherKind) {
  write_file(file(), gzipped(idx_bytes({1, 1}, {0})));
  expect_refused_data("magic number 0x00000802");
}

TEST_P(DamagedData, WithGarbageBehind) {
  write_file(file(), read_file(file()) + "garbage");
  expect_refused_data("trailing garbage");
}

INSTANTIATE_TEST_SUITE_P(Files, DamagedData,
                         testing::Values("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
                                         "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
                         [](const auto& info) {
                           return info.param.substr(0, info.param.find('-')) +
                                  (info.param.find("images") != std::string::npos ? "Images" : "Labels");
                         });

TEST(BadInput, LabelOutOfRange) {
  const TemporaryFolder folder;
  write_image_folder(folder.path());
  std::vector<std::uint8_t> labels(20, 3);
  labels[7] = 10;
  write_file(folder / "train-labels-idx1-ubyte.gz", gzipped(idx_bytes({20}, labels)));
  expect_refused({"train", "fashion-mlp", "--data", folder.path().string()},
                 {"label 10 of sample 7 is out of range 0…9", "train-labels-idx1-ubyte.gz"});
}

TEST(BadInput, DatasetFolderThatIsNot) {
  expect_refused({"train", "fashion-mlp", "--data", "/nonexistent"}, {"/nonexistent", "--data"});
  expect_refused({"check", "--data", "/nonexistent"}, {"/nonexistent"});
}

TEST(BadInput, JsonThatCannotBeWritten) {
  const TemporaryFolder folder;
  const std::vector<std::vector<std::string>> commands{{"list"},
                                                       {"train", "xor", "--epochs", "1"},
                                                       {"check", "xor"},
                                                       {"explain", "xor"},
                                                       {"bench", "xor", "--quick"}};
  for (std::vector<std::string> command : commands) {
    command.insert(command.end(), {"--json", (folder / "none/a.json").string()});
    expect_refused(command, {"none/a.json", "No such file"});
    command.back() = folder.path().string();
    expect_refused(command, {"is a directory"});
  }
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(BadInput, FullDisk) {
  expect_refused({"list", "--json", "/dev/full"}, {"/dev/full", "No space left", "free some space"});
}

TEST(BadInput, ReportFolderThatCannotBeMade) {
  const TemporaryFolder folder;
  write_file(folder / "occupied", "mine");
  expect_refused({"report", "--quick", "--out", (folder / "occupied").string()}, {"occupied", "--out"});
  EXPECT_EQ(read_file(folder / "occupied"), "mine");
  EXPECT_THAT(names_in(folder.path()), testing::ElementsAre("occupied"));
}

TEST(BadInput, ReportFolderOfSomethingElse) {
  const TemporaryFolder folder;
  write_file(folder / "thesis.txt", "mine");
  expect_refused({"report", "--quick", "--out", folder.path().string()},
                 {"holds no earlier report", "--out"});
  EXPECT_THAT(names_in(folder.path()), testing::ElementsAre("thesis.txt"));
}

TEST(BadInput, ReportOfUnknownQuestions) {
  expect_refused({"report", "--only", "drift,speeed"},
                 {"unknown question speeed", "choose from", "mistakes, "});
}

TEST(BadInput, ReportThatDoesNotCompare) {
  const TemporaryFolder folder;
  const std::string out = (folder / "report").string();
  const auto refused = [&](const std::string& earlier, const std::vector<std::string>& words) {
    const std::string path = write_file(folder / "earlier.json", earlier).string();
    expect_refused({"report", "--quick", "--out", out, "--compare", path}, words);
    EXPECT_THAT(names_in(folder.path()), testing::ElementsAre("earlier.json"));
  };
  refused("{\"schema\": \"twingrad.report/1\", \"quest", {"damaged or half-written", "earlier.json"});
  refused("{\"schema\": \"twingrad.report/9\"}", {"its schema is twingrad.report/9"});
  refused(json_of({"list"}).dump(), {"its schema is twingrad.list/1"});
  expect_refused({"report", "--out", out, "--compare", "/nonexistent"}, {"/nonexistent"});
}

TEST(BadInput, FailedReportLeavesTheEarlierOne) {
  const TemporaryFolder folder;
  const std::string out = (folder / "report").string();
  ASSERT_EQ(run_twin({"report", "--quick", "--only", "mistakes", "--out", out}).code, 0);
  const std::string page = read_file(folder / "report/index.html");
  expect_refused({"report", "--quick", "--only", "mistakes,drift", "--out", out, "--data", "/nonexistent"},
                 {"/nonexistent"});
  expect_refused({"report", "--quick", "--only", "mistakes", "--out", out, "--threads", "0"}, {"threads"});
  EXPECT_EQ(read_file(folder / "report/index.html"), page);
  EXPECT_THAT(names_in(out),
              testing::ElementsAre("data", "index.html", "pictures", "report.json", "report.md"));
  expect_refused(
      {"report", "--quick", "--only", "drift", "--out", (folder / "new").string(), "--data", "/nonexistent"},
      {"/nonexistent"});
  EXPECT_THAT(names_in(folder.path()), testing::ElementsAre("report"));
}

TEST(BadInput, FailedRunLeavesTheOldResult) {
  const TemporaryFolder folder;
  const std::filesystem::path old = write_file(folder / "a.json", "old");
  expect_refused(
      {"train", "xor", "--dtype", "float32", "--lr", "1e38", "--momentum", "0.99", "--json", old.string()},
      {"the loss became"});
  EXPECT_EQ(read_file(old), "old");
  EXPECT_THAT(names_in(folder.path()), testing::ElementsAre("a.json"));
}

}  // namespace
}  // namespace twin
