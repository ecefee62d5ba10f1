#include "reports/runs/peers.hpp"

#include <filesystem>
#include <gmock/gmock.h>

#include "reports/backends.hpp"
#include "shared/catalogue.hpp"
#include "shared/data/batches.hpp"
#include "shared/networks/mlp.hpp"
#include "shared/seeds/initialise.hpp"
#include "tests/support/temporary_folder.hpp"

namespace twin::reports {
namespace {

using testing::HasSubstr;

const bench::Subject kXor{"xor", find_network("xor").spec, 4};

std::vector<PeerResult> run(const std::vector<bench::Subject>& subjects, DType dtype,
                            const std::vector<std::string>& pythons) {
  return run_peers(
      subjects, dtype, 1, true, [](std::int64_t, std::int64_t) {}, pythons);
}

const std::vector<bench::Subject> kSubjects{
    kXor,
    {"mlp", mlp({5, 7, 3, 2}, MseLossSpec{}, SgdSpec{.lr = 0.5, .momentum = 0.5}, UniformInitialiser{}), 11},
    {"logits", mlp({5, 1}, CrossEntropyLossSpec{}, SgdSpec{.lr = 0.1}, UniformInitialiser{}), 3},
    {"fashion-mlp", find_network("fashion-mlp").spec, 100},
    {"bare",  // without a bias, and with nothing but dense layers
     {{{"a", DenseSpec{3, 5, false}}, {"b", DenseSpec{5, 2}}},
      MseLossSpec{},
      SgdSpec{},
      UniformInitialiser{}},
     7}};

// The results of one peer, by its name; a test is skipped only where a package is missing.
class PeerTest : public testing::TestWithParam<const char*> {
 protected:
  static std::vector<PeerResult> results(const std::vector<bench::Subject>& subjects, DType dtype) {
    return run_peers(
        subjects, dtype, 1, true, [](std::int64_t, std::int64_t) {}, kPythons, GetParam());
  }
  void expect_agreement(DType dtype) {
    const std::vector<PeerResult> mine = results(kSubjects, dtype);
    ASSERT_EQ(mine.size(), kSubjects.size());
    if (mine.front().missing) GTEST_SKIP() << mine.front().missing->package << " is not installed";
    for (const PeerResult& result : mine) {
      ASSERT_TRUE(result.timing) << result.subject << ": " << json_of(result);
      EXPECT_GT(result.timing->us.median, 0);
      EXPECT_LE(result.timing->us.lower, result.timing->us.median);
      EXPECT_LE(result.timing->us.median, result.timing->us.upper);
      EXPECT_GT(result.timing->busy_threads, 0);
    }
  }
};

TEST_P(PeerTest, ComputesWhatTheTwinsCompute) { expect_agreement(DType::float64); }

TEST_P(PeerTest, ComputesItInFloat32Too) { expect_agreement(DType::float32); }

// Nothing that a peer does not know is taken for something that it knows.
TEST_P(PeerTest, NamesWhatItLacks) {
  NetworkSpec layer = kXor.spec, loss = kXor.spec, optimizer = kXor.spec, clipping = kXor.spec,
              schedule = kXor.spec;
  layer.layers = {{"norm", BatchNormSpec{2}}, {"dense", DenseSpec{2, 1}}};
  layer.input = {2};
  loss.loss = InnerProductLossSpec{};
  optimizer.optimizer = AdamSpec{};
  clipping.clipping = ClipGradNormSpec{};
  schedule.schedule = CosineWithWarmupSchedule{};
  for (const auto& [spec, what] : {std::pair{layer, "layer batch_norm"},
                                   {loss, "loss inner_product"},
                                   {optimizer, "optimiser adam"},
                                   {clipping, "clipping clip_grad_norm"},
                                   {schedule, "schedule cosine_with_warmup"}}) {
    const std::vector<PeerResult> mine = results({{"lacking", spec, 2}}, DType::float64);
    ASSERT_EQ(mine.size(), 1U);
    if (mine[0].missing) GTEST_SKIP() << mine[0].missing->package << " is not installed";
    EXPECT_EQ(mine[0].unsupported, what) << json_of(mine[0]);
  }
}

INSTANTIATE_TEST_SUITE_P(Peers, PeerTest, testing::Values("numpy", "pytorch"),
                         [](const auto& info) { return info.param; });

// A python3 that knows the modules it is asked for, and says what it is told to instead of the script's
// words.
class FakePythonTest : public testing::Test {
 protected:
  std::string python(const std::string& has_module, const std::string& script = "exit 9") {
    const std::filesystem::path path = write_file(
        folder_ / "python3", "#!/bin/sh\nif [ \"$1\" = -c ]; then " + has_module + "; fi\n" + script + "\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
  }

  std::string fault(const std::string& script) {
    const std::vector<PeerResult> results = run({kXor}, DType::float64, {python("exit 0", script)});
    EXPECT_EQ(results.size(), 2U);
    EXPECT_FALSE(results[0].timing);
    EXPECT_FALSE(results[0].missing);
    EXPECT_EQ(results[0].fault, results[1].fault);
    EXPECT_EQ(json_of(results[0]).at("fault"), results[0].fault);
    return results[0].fault;
  }

  // What a peer says, of these losses.
  static std::string saying(const std::string& losses, const std::string& busy = "1.0",
                            const std::string& times = "[3, 1, 2, 10]") {
    return R"(echo '{"schema": "twingrad.peer/1", "version": "1", "python": "3", "blas": null, "busy_threads": )" +
           busy + R"(, "losses": )" + losses + R"(, "us_per_step": )" + times + "}'";
  }

  // Those of the twins, on the weights and the batch that every peer is given.
  static std::string right_losses() {
    constexpr Seed kSeed = 1;
    const std::unique_ptr<Network> network = twins().autograd->build(kXor.spec, DType::float64, Device::cpu);
    network->load_parameters(initial_parameters(kXor.spec, DType::float64, kSeed));
    const OwnedBatch batch = random_batch(kXor.spec, kXor.batch, DType::float64, kSeed);
    Json losses = Json::array();
    for (int step = 0; step < 5; ++step) losses.push_back(network->train_step(batch.view()));
    return losses.dump();
  }

  const TemporaryFolder folder_;
};

TEST_F(FakePythonTest, AMissingModuleIsAGap) {
  for (const PeerResult& result :
       run({kXor}, DType::float64, {python("case \"$2\" in *find_spec*) exit 1;; esac; exit 0")})) {
    EXPECT_FALSE(result.timing);
    EXPECT_EQ(result.fault, "");
    ASSERT_TRUE(result.missing);
    const Json json = json_of(result);
    EXPECT_EQ(json.at("not_measured").at("en"), "python3 has no module numpy; apt-get install python3-numpy");
    EXPECT_EQ(json.at("not_measured").at("id"),
              "python3 tidak memiliki modul numpy; apt-get install python3-numpy");
  }
}

TEST_F(FakePythonTest, EachPeerLacksItsOwnModule) {
  const std::vector<PeerResult> results =
      run({kXor}, DType::float64, {python("case \"$2\" in *torch*) exit 1;; esac; exit 0")});
  EXPECT_FALSE(results[0].missing);
  ASSERT_TRUE(results[1].missing);
  EXPECT_EQ(results[1].missing->what, "torch");
  EXPECT_EQ(results[1].missing->package, "python3-torch");
}

TEST_F(FakePythonTest, NoPythonIsAGap) {
  for (const PeerResult& result : run({kXor}, DType::float64, {(folder_ / "none").string()})) {
    ASSERT_TRUE(result.missing);
    EXPECT_EQ(json_of(result).at("not_measured").at("en"), "there is no python3; apt-get install python3");
  }
}

TEST_F(FakePythonTest, TheFirstPythonWithTheModulesRuns) {
  const std::string without = python("exit 1");
  const TemporaryFolder other;
  const std::filesystem::path with =
      write_file(other / "python3", "#!/bin/sh\n[ \"$1\" = -c ] && exit 0\necho second >&2; exit 1\n");
  std::filesystem::permissions(with, std::filesystem::perms::owner_all);
  for (const PeerResult& result : run({kXor}, DType::float64, {without, with.string()}))
    EXPECT_EQ(result.fault, "it failed: second");
}

TEST_F(FakePythonTest, SaysWhatWentWrong) {
  EXPECT_EQ(fault("echo Traceback >&2; echo 'MemoryError: too large' >&2; exit 1"),
            "it failed: MemoryError: too large");
  EXPECT_EQ(fault("exit 3"), "it failed: exit code 3");
  EXPECT_EQ(fault("kill -KILL $$"), "it failed: signal 9");
  EXPECT_EQ(fault("echo '{\"schema\": \"twingrad'"), "what it said is damaged: {\"schema\": \"twingrad");
  EXPECT_EQ(fault("true"), "what it said is damaged: ");
  EXPECT_EQ(fault("echo '{\"schema\": \"twingrad.peer/2\"}'"), "what it said is no twingrad.peer/1");
  EXPECT_THAT(fault("echo '{\"schema\": \"twingrad.peer/1\"}'"), HasSubstr("damaged"));
  EXPECT_EQ(fault(saying("[1, 2]")), "it gave 2 losses where 5 were asked for");
  EXPECT_THAT(fault(saying("[1, 1, 1, 1, 1]")), HasSubstr("the loss of step 1 is 1, and 0."));
}

TEST_F(FakePythonTest, WhatIsUnsupportedIsNoFault) {
  const std::vector<PeerResult> results =
      run({kXor}, DType::float64, {python("exit 0", "echo 'unsupported: layer conv2d' >&2; exit 3")});
  EXPECT_EQ(results[0].fault, "");
  EXPECT_EQ(json_of(results[0]).at("unsupported"), "layer conv2d");
  EXPECT_EQ(peer_reason(json_of(results[0]), Language::english),
            "left out of xor: it lacks the layer conv2d");
  EXPECT_EQ(fault("echo 'no such array' >&2; exit 3"), "it failed: no such array");
}

TEST_F(FakePythonTest, RightLossesMakeATiming) {
  const std::string losses = right_losses();
  EXPECT_EQ(fault(saying(losses, "1.0", "[]")), "it gave no times");
  EXPECT_EQ(fault(saying(losses, "1.5")), "it kept 1.50 threads busy where 1 were asked for");
  const std::vector<PeerResult> results = run({kXor}, DType::float64, {python("exit 0", saying(losses))});
  ASSERT_TRUE(results[0].timing) << results[0].fault;
  EXPECT_DOUBLE_EQ(results[0].timing->us.lower, 1.75);
  EXPECT_DOUBLE_EQ(results[0].timing->us.median, 2.5);
  EXPECT_DOUBLE_EQ(results[0].timing->us.upper, 4.75);
  EXPECT_EQ(json_of(results[0]).at("us_per_step").size(), 4U);
}

}  // namespace
}  // namespace twin::reports
