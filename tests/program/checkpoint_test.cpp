// A training that is killed, whenever, goes on as if nothing had happened.
#include "shared/train/checkpoint.hpp"

#include <gmock/gmock.h>

#include "shared/formats/safetensors.hpp"
#include "tests/support/idx_files.hpp"
#include "tests/support/run_program.hpp"

namespace twin {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Checkpoints : public testing::Test {
 protected:
  Checkpoints() { write_image_folder(folder_.path(), {.train = 300, .test = 50, .height = 28, .width = 28}); }

  // Shuffled batches, a momentum, both twins.
  std::vector<std::string> training(const std::string& file, std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"train", "fashion-mlp", "--data", folder_.path().string(), "--epochs",
                                   "40",    "--batch",     "20",     "--checkpoint",          path(file)};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::string path(const std::string& file) const { return (folder_ / file).string(); }

  // Killed after so many seconds, if it is not done before.
  Finished killed_after(double seconds, std::vector<std::string> arguments) const {
    std::vector<std::string> words{"timeout", "-s", "KILL", std::to_string(seconds), TWIN_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_program(words, "apt-get install coreutils");
  }

  TemporaryFolder folder_;
};

void expect_same_bits(const NamedTensors& expected, const NamedTensors& actual) {
  ASSERT_EQ(expected.size(), actual.size());
  for (const Tensor& tensor : expected)
    EXPECT_EQ(tensor.to_doubles(), actual.at(tensor.name()).to_doubles()) << tensor.name();
}

TEST_F(Checkpoints, ATrainingThatIsKilledEndsInTheSameBits) {
  ASSERT_EQ(run_twin(training("whole.safetensors")).code, 0);
  const std::vector<std::string> resumed = training("parts.safetensors", {"--resume"});

  // The first part must get to its first checkpoint; the others are killed anywhere, a write included.
  double seconds = 0.5;
  while (!std::filesystem::exists(path("parts.safetensors"))) {
    killed_after(seconds, training("parts.safetensors"));
    seconds *= 1.3;
  }
  int kills = 0;
  Finished last;
  for (int part = 0; part < 60; ++part) {
    last = killed_after(seconds + 0.037 * (part % 9), resumed);
    if (last.code == 0) break;
    ++kills;
    ASSERT_EQ(last.err, "");
  }
  ASSERT_EQ(last.code, 0) << "after " << kills << " kills";

  const Checkpoint whole = read_checkpoint(path("whole.safetensors")),
                   parts = read_checkpoint(path("parts.safetensors"));
  ASSERT_EQ(whole.trainees, (std::vector<std::string>{"manual", "autograd"}));
  ASSERT_EQ(parts.trainees, whole.trainees);
  for (std::size_t i = 0; i < whole.states.size(); ++i) {
    EXPECT_EQ(parts.states[i].steps_done, 40 * 15);
    expect_same_bits(whole.states[i].parameters, parts.states[i].parameters);
    expect_same_bits(whole.states[i].optimizer, parts.states[i].optimizer);
  }
  ASSERT_EQ(parts.epochs.size(), 40U);
  for (std::size_t e = 0; e < 40; ++e) {
    EXPECT_EQ(parts.epochs[e].loss, whole.epochs[e].loss) << e;
    EXPECT_EQ(parts.epochs[e].bits, whole.epochs[e].bits) << e;
  }
  EXPECT_EQ(parts.gaps, whole.gaps);

  // The best state until then stands beside it.
  double least = whole.epochs[0].bits[0] + whole.epochs[0].bits[1];
  for (const EpochResult& epoch : whole.epochs) least = std::min(least, epoch.bits[0] + epoch.bits[1]);
  const EpochResult best = read_checkpoint(path("parts.best.safetensors")).epochs.back();
  EXPECT_EQ(best.bits[0] + best.bits[1], least);

  // There is nothing left to do, and it says what it had said.
  const nlohmann::json again = json_of(resumed);
  EXPECT_EQ(again["epochs"].size(), 40U);
}

TEST_F(Checkpoints, RefusesWhatIsNotItsOwn) {
  ASSERT_EQ(run_twin(training("model.safetensors", {"--seed", "2"})).code, 0);
  const std::string whole = read_file(path("model.safetensors"));
  const auto expect_refused = [&](const std::vector<std::string>& arguments, const auto& message) {
    const Finished said = run_twin(arguments);
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.err, message);
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  };
  expect_refused(training("model.safetensors", {"--resume"}),
                 AllOf(HasSubstr("of another training"), HasSubstr("seed is 2, here it is 1")));
  expect_refused(training("none.safetensors", {"--resume"}), HasSubstr("none.safetensors"));
  expect_refused({"train", "xor", "--resume"}, HasSubstr("--checkpoint"));
  expect_refused(training("no/folder.safetensors"), HasSubstr("no/folder.safetensors"));

  std::string damaged = whole;
  damaged[damaged.size() - 5] = static_cast<char>(damaged[damaged.size() - 5] ^ 1);
  write_file(path("damaged.safetensors"), damaged);
  expect_refused(training("damaged.safetensors", {"--resume", "--seed", "2"}), HasSubstr("checksum"));
  EXPECT_EQ(read_file(path("damaged.safetensors")), damaged);

  NamedTensors foreign;
  foreign.add({"w", {1}, std::vector<float>{1}});
  write_file(path("foreign.safetensors"), safetensors_bytes(foreign));
  expect_refused(training("foreign.safetensors", {"--resume"}), HasSubstr("is no checkpoint"));
  EXPECT_EQ(read_file(path("model.safetensors")), whole);
}

}  // namespace
}  // namespace twin
