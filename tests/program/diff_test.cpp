// twin diff: gradients of other programs, file against file.
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "shared/formats/safetensors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/tensor_files.hpp"

namespace twin {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<float> kWeight{0.5F, -1.25F, 3, 0.125F, -2, 0.7F};
const std::vector<double> kBias{0.1, -0.2};

NamedTensors gradients(float factor = 1) {
  std::vector<float> weight = kWeight;
  for (float& value : weight) value *= factor;
  NamedTensors tensors;
  tensors.add({"layer.weight", {2, 3}, weight});
  tensors.add({"layer.bias", {2}, kBias});
  return tensors;
}

class DiffTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// Returns the path.
  std::string save(const std::string& name, const std::string& bytes) const {
    return write_file(folder_ / name, bytes).string();
  }
  std::string save(const std::string& name, const NamedTensors& tensors) const {
    return save(name, safetensors_bytes(tensors));
  }
  std::string save_npz(const std::string& name, const ZipMembers& members) const {
    return write_zip(folder_ / name, members).string();
  }
  /// One tensor of float64.
  std::string save_one(const std::string& name, const std::string& tensor,
                       const std::vector<double>& values) const {
    NamedTensors tensors;
    tensors.add({tensor, {static_cast<std::int64_t>(values.size())}, values});
    return save(name, tensors);
  }

  void expect_refused(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& words) const {
    std::vector<std::string> command{"diff"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Finished said = run_twin(command);
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.out, IsEmpty());
    EXPECT_THAT(said.err, testing::StartsWith("error: "));
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    for (const std::string& word : words) EXPECT_THAT(said.err, HasSubstr(word));
  }

  TemporaryFolder folder_;
  const std::string right_ = save("torch.safetensors", gradients());
};

TEST_F(DiffTest, HelpNamesEveryOption) {
  const Finished said = run_twin({"diff", "--help"});
  EXPECT_EQ(said.code, 0);
  for (const char* option : {"--batch", "--parameters", "--previous", "--roundings", "--json"})
    EXPECT_THAT(said.out, HasSubstr(option));
}

TEST_F(DiffTest, AgreesWithTheSameNumbersInAnotherFormat) {
  const std::string npz =
      save_npz("mine.npz", {{"layer.bias.npy", npy_bytes("<f8", "(2,)", raw(kBias))},
                            {"layer.weight.npy", npy_bytes("<f4", "(2, 3)", raw(kWeight))}});
  const Finished said = run_twin({"diff", npz, right_});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("layer.weight"));
  EXPECT_THAT(said.out, HasSubstr("mine.npz and torch.safetensors match in 2 tensors"));
  EXPECT_THAT(said.out, Not(HasSubstr("\033")));
  EXPECT_THAT(said.err, IsEmpty());
}

TEST_F(DiffTest, ReadsFortranOrderAsNumpyMeansIt) {
  const std::string fortran =
      save("f.npy", npy_bytes("<f8", "(2, 3)", raw<double>({1, 4, 2, 5, 3, 6}), true));
  const std::string rows = save("c.npy", npy_bytes("<f8", "(2, 3)", raw<double>({1, 2, 3, 4, 5, 6})));
  EXPECT_EQ(run_twin({"diff", fortran, rows}).code, 0);
}

TEST_F(DiffTest, ExitsWithOneWhereValuesDiffer) {
  const std::string wrong = save("mine.safetensors", gradients(1.5F));
  const Finished said = run_twin({"diff", wrong, right_});
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.out, HasSubstr("mine.safetensors and torch.safetensors differ in 1 of 2 tensors"));
  EXPECT_THAT(said.err, IsEmpty());
}

TEST_F(DiffTest, WritesEveryRowAsJson) {
  const json result = json_of({"diff", save("mine.safetensors", gradients(2)), right_}, 1);
  EXPECT_EQ(result["schema"], "twingrad.diff/1");
  for (const char* field : {"commit", "options", "machine", "backends", "threads"})
    EXPECT_TRUE(result.contains(field));
  EXPECT_EQ(result["options"]["expected"], right_);
  EXPECT_EQ(result["options"]["batch"], nullptr);
  EXPECT_EQ(result["options"]["roundings"], 64);
  EXPECT_EQ(result["match"], false);
  ASSERT_EQ(result["rows"].size(), 2);
  const json& bias = result["rows"][0];  // float64 stands first in the file
  EXPECT_EQ(bias["tensor"], "layer.bias");
  EXPECT_EQ(bias["dtype"], "float64");
  EXPECT_EQ(bias["ok"], true);
  EXPECT_EQ(bias["max_abs"], 0);
  const json& weight = result["rows"][1];
  EXPECT_EQ(weight["tensor"], "layer.weight");
  EXPECT_EQ(weight["shape"], json({2, 3}));
  EXPECT_EQ(weight["dtype"], "float32");
  EXPECT_EQ(weight["max_abs"], 3);
  EXPECT_EQ(weight["max_rel"], 1);
  EXPECT_EQ(weight["index"], 2);
  EXPECT_EQ(weight["actual"], 6);
  EXPECT_EQ(weight["expected"], 3);
  EXPECT_EQ(weight["norm_ratio"], 2);
  EXPECT_NEAR(weight["cosine"], 1, 1e-12);
  EXPECT_EQ(weight["max_ulp"], 0x1p23);
  EXPECT_EQ(weight["bound"], 64 * 0x1p-24 * 3);
  EXPECT_EQ(weight["verdict"], "fail");
  EXPECT_EQ(weight["ok"], false);
  ASSERT_FALSE(result["findings"].empty());
  for (const char* field : {"cause", "tensor", "text"}) EXPECT_TRUE(result["findings"][0].contains(field));
}

TEST_F(DiffTest, NamesTheBatchSizeAsAFactor) {
  const std::string wrong = save("mine.safetensors", gradients(32));
  const json with = json_of({"diff", wrong, right_, "--batch", "32"}, 1);
  EXPECT_EQ(with["findings"][0]["cause"], "factor_batch");
  EXPECT_THAT(with["findings"][0]["text"].get<std::string>(), HasSubstr("mine.safetensors = 32 × torch"));
  EXPECT_NE(json_of({"diff", wrong, right_}, 1)["findings"][0]["cause"], "factor_batch");
}

TEST_F(DiffTest, KnowsTheGradientsOfTheStepBefore) {
  const std::string previous = save_one("previous.st", "w", {3, -5, 7, 0.5});
  const std::string right = save_one("right.st", "w", {0.1, 0.9, -0.3, 2});
  const std::string wrong = save_one("wrong.st", "w", {3 + 0.1, -5 + 0.9, 7 - 0.3, 0.5 + 2});
  EXPECT_THAT(run_twin({"diff", wrong, right, "--previous", previous}).out, HasSubstr("step before"));
  EXPECT_THAT(run_twin({"diff", wrong, right}).out, Not(HasSubstr("step before")));
}

TEST_F(DiffTest, KnowsTheWeights) {
  const std::string weights = save_one("weights.st", "w", {3, -5, 7, 0.5});
  const std::string right = save_one("right.st", "w", {0.1, 0.9, -0.3, 2});
  const std::string wrong =
      save_one("wrong.st", "w", {0.1 + 0.01 * 3, 0.9 - 0.01 * 5, -0.3 + 0.01 * 7, 2 + 0.01 * 0.5});
  const json with = json_of({"diff", wrong, right, "--parameters", weights}, 1);
  EXPECT_NE(with["findings"], json_of({"diff", wrong, right}, 1)["findings"]);
  EXPECT_NE(with["findings"][0]["cause"], "unexplained");
}

TEST_F(DiffTest, AllowsAsManyRoundingsAsAsked) {
  const std::string near = save("mine.safetensors", gradients(1 + 200 * 0x1p-24F));
  EXPECT_EQ(run_twin({"diff", near, right_}).code, 1);
  EXPECT_EQ(run_twin({"diff", near, right_, "--roundings", "300"}).code, 0);
  EXPECT_EQ(run_twin({"diff", near, right_, "--roundings", "0.5"}).code, 1);
}

TEST_F(DiffTest, ComparesTwoArraysWhateverTheirNames) {
  const std::string mine = save("mine.npy", npy_bytes("<f8", "(2,)", raw(kBias)));
  const std::string torch = save("torch.npy", npy_bytes("<f8", "(2,)", raw(kBias)));
  const Finished said = run_twin({"diff", mine, torch, "--previous", mine, "--parameters", torch});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("mine.npy and torch.npy match in 1 tensor,"));
  // An array and a file of names: the name of the array counts.
  expect_refused({mine, save_one("b.st", "b", kBias)}, {"mine is in mine.npy alone"});
}

TEST_F(DiffTest, TellsFilesOfOneNameApartByTheirFolders) {
  std::filesystem::create_directory(folder_ / "mine");
  const std::string mine = save("mine/torch.safetensors", gradients());
  EXPECT_THAT(run_twin({"diff", mine, right_}).out, HasSubstr(mine + " and " + right_ + " match"));
}

TEST_F(DiffTest, RefusesWhatDoesNotFitTogether) {
  NamedTensors one;
  one.add({"layer.weight", {2, 3}, kWeight});
  const std::string less = save("less.st", one);
  expect_refused({less, right_}, {"shape: layer.bias is in torch.safetensors alone", "less.st"});
  expect_refused({right_, less}, {"shape: layer.bias is in torch.safetensors alone", "less.st"});
  const std::string three = save_one("three.st", "w", {1, 2, 3}), two = save_one("two.st", "w", {1, 2});
  expect_refused({three, two}, {"shape: w is 3 in three.st and 2 in two.st"});
  const std::string half = save("half.npy", npy_bytes("<f2", "(2,)", std::string(4, '\1')));
  const std::string full = save("full.npy", npy_bytes("<f8", "(2,)", raw(kBias)));
  expect_refused({half, full}, {"is float32 in half.npy and float64 in full.npy"});
}

TEST_F(DiffTest, RefusesWhatCannotBeCompared) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::string finite = save_one("finite.st", "w", {1, 2});
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    const std::string other = save_one("other.st", "w", {1, bad});
    expect_refused({other, finite}, {"numeric: w holds", "element 1", "other.st"});
    expect_refused({finite, other}, {"numeric: w holds", "element 1", "other.st"});
  }
  const std::string empty = save_one("empty.st", "w", {});
  expect_refused({empty, empty}, {"shape: w is empty", empty});
  const std::string nothing = save("nothing.st", NamedTensors());
  expect_refused({nothing, nothing}, {"data: there are no tensors", nothing});
  const std::string whole = save("whole.npy", npy_bytes("<i4", "(2,)", std::string(8, '\0')));
  expect_refused({whole, whole}, {"shape: whole holds int64", whole});
}

TEST_F(DiffTest, RefusesFilesThatAreNone) {
  expect_refused({path("none.npz"), right_}, {"data: ", path("none.npz"), "No such file"});
  expect_refused({right_, path("none.npz")}, {path("none.npz"), "No such file"});
  expect_refused({right_, folder_.path().string()}, {"is a directory"});
  expect_refused({right_, save("a.pt", "\x80\2}q")},
                 {"a.pt", "no safetensors, npz or npy file", "numpy.savez"});
  const std::string bytes = safetensors_bytes(gradients());
  expect_refused({save("cut.st", bytes.substr(0, bytes.size() - 1)), right_},
                 {"cut.st", "tensor layer.weight: truncated"});
  const std::string npz = save_npz("a.npz", {{"w.npy", npy_bytes("<f8", "(2,)", raw(kBias))}});
  expect_refused({save("cut.npz", read_file(npz).substr(0, 100)), right_},
                 {"cut.npz", "damaged zip archive"});
}

TEST_F(DiffTest, RefusesCompanionsThatBelongToNoGradient) {
  const std::string other = save_one("other.st", "w", {1});
  for (const char* option : {"--parameters", "--previous"}) {
    expect_refused({right_, right_, option, other}, {"there is no layer.bias", other});
    expect_refused({right_, right_, option, path("none")}, {path("none"), "No such file"});
  }
  NamedTensors narrow;
  narrow.add({"layer.bias", {1}, std::vector<double>{1}});
  expect_refused({right_, right_, "--parameters", save("narrow.st", narrow)},
                 {"layer.bias is 1, and its gradient 2", "narrow.st"});
}

TEST_F(DiffTest, RefusesOptionsThatAreNone) {
  for (const char* roundings : {"0", "-1", "nan", "inf"})
    expect_refused({right_, right_, "--roundings", roundings}, {"--roundings"});
  for (const char* batch : {"0", "-1", "many"})
    expect_refused({right_, right_, "--batch", batch}, {"--batch"});
  expect_refused({right_}, {"B is required"});
  expect_refused({}, {"is required"});
  expect_refused({right_, right_, right_}, {"usage: "});
  expect_refused({right_, right_, "--json", path("none/a.json")}, {"none/a.json", "No such file"});
}

// The names of files are bytes, and JSON is UTF-8.
TEST_F(DiffTest, WritesJsonForAnyNameOfAFile) {
  const std::string mine = save("\xff.npy", npy_bytes("<f8", "(2,)", raw(kBias)));
  EXPECT_EQ(json_of({"diff", mine, mine})["match"], true);
}

}  // namespace
}  // namespace twin
