#include "reports/runs/peers.hpp"

#include <filesystem>
#include <gmock/gmock.h>
#include <sstream>

#include "reports/backends.hpp"
#include "reports/questions/question.hpp"
#include "reports/runs/benching.hpp"
#include "shared/catalogue.hpp"
#include "shared/errors.hpp"
#include "shared/networks/mlp.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/temporary_folder.hpp"

namespace twin::reports {
namespace {

using testing::HasSubstr;

const bench::Subject kXor{"xor", find_network("xor").spec, 4};

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

std::shared_ptr<ProgramGuest> guest_of(const GuestProgram& program) {
  return guests_of({program}, 1).front();
}

// One peer, by its name; a test is skipped only where a package is missing.
class PeerTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    for (const GuestProgram& program : python_peers())
      if (program.side == GetParam()) program_ = program;
    ASSERT_EQ(program_.side, GetParam());
    if (program_.words.empty()) GTEST_SKIP() << program_.not_measured.at("en");
    guest_ = guest_of(program_);
  }

  void expect_agreement(DType dtype) {
    for (const bench::Subject& subject : kSubjects) {
      ASSERT_TRUE(guest_->prepare(subject, dtype)) << subject.name << ": " << guest_->json();
      const auto took = guest_->run(3);
      ASSERT_TRUE(took) << guest_->json();
      EXPECT_GT(took->seconds, 0);
      EXPECT_GT(took->processor_seconds, 0);
    }
    const Json json = guest_->json();
    for (const char* key : {"library", "version", "python"}) EXPECT_NE(json.at(key), "");
    EXPECT_LT(json.at("loss_gap"), 1e-4);
    EXPECT_FALSE(json.contains("faults"));
    EXPECT_EQ(guest_reason(json, Language::english), "");
  }

  GuestProgram program_;
  std::shared_ptr<ProgramGuest> guest_;
};

TEST_P(PeerTest, ComputesWhatTheTwinsCompute) { expect_agreement(DType::float64); }

TEST_P(PeerTest, ComputesItInFloat32Too) { expect_agreement(DType::float32); }

// Nothing that a peer does not know is taken for something that it knows; what comes after is measured.
TEST_P(PeerTest, NamesWhatItLacks) {
  NetworkSpec layer = kXor.spec, loss = kXor.spec, optimizer = kXor.spec, clipping = kXor.spec,
              schedule = kXor.spec;
  layer.layers = {{"norm", BatchNormSpec{2}}, {"dense", DenseSpec{2, 1}}};
  layer.input = {2};
  loss.loss = InnerProductLossSpec{};
  optimizer.optimizer = AdamSpec{};
  clipping.clipping = ClipGradNormSpec{};
  schedule.schedule = CosineWithWarmupSchedule{};
  std::int64_t batch = 1;
  for (const NetworkSpec& spec : {layer, loss, optimizer, clipping, schedule})
    EXPECT_FALSE(guest_->prepare({"lacking", spec, ++batch}, DType::float64));
  std::vector<std::string> lacks;
  for (const bench::LeftOut& out : guest_->left_out()) {
    EXPECT_EQ(out.side, GetParam());
    EXPECT_EQ(out.subjects.size(), 1U);
    lacks.push_back(out.why);
  }
  EXPECT_THAT(lacks,
              testing::ElementsAre("the layer batch_norm", "the loss inner_product", "the optimiser adam",
                                   "the clipping clip_grad_norm", "the schedule cosine_with_warmup"));
  EXPECT_FALSE(guest_->json().contains("faults"));
  EXPECT_TRUE(guest_->prepare(kXor, DType::float64));
}

TEST_P(PeerTest, IsASideOfABenchmarkLikeAnyOther) {
  bench::Options options;
  options.subjects = bench::width_grid({8}, {1});
  options.subjects.push_back(bench::subjects_of(*find_stem("conv2d")).front());
  options.backends = backends();
  options.dtypes = {DType::float32, DType::float64};
  options.seconds = 0.01;
  const Json json = run_benching(options, {guest_}, [](std::int64_t, std::int64_t) {});
  std::vector<std::string> where;
  for (const Timing& timing : timings(json)) {
    if (timing.side != GetParam()) continue;
    where.push_back(timing.subject + " " + timing.dtype);
    EXPECT_GT(timing.us.min, 0);
    EXPECT_LE(timing.ratio_low, timing.ratio);
    EXPECT_GT(timing.ratio_low, 0.1);
    EXPECT_LT(timing.busy, 1.1);
    EXPECT_GT(timing.busy, 0.3);
  }
  EXPECT_THAT(where, testing::ElementsAre("mlp-8 float32"));
  EXPECT_EQ(json.at("guests").at(0).at("side"), GetParam());
  EXPECT_THAT(json.at("left_out").dump(), HasSubstr("the layer conv2d"));
}

INSTANTIATE_TEST_SUITE_P(Peers, PeerTest, testing::Values("numpy", "pytorch"),
                         [](const auto& info) { return info.param; });

// A guest that says what it is told to.
class FakeGuestTest : public testing::Test {
 protected:
  static constexpr const char* kHello = R"(echo '{"schema": "twingrad.side/1", "version": "1"}'; )";

  static std::shared_ptr<ProgramGuest> guest(const std::string& script, double patience = 10) {
    return std::make_shared<ProgramGuest>(GuestProgram{"fake", {"sh", "-c", script}},
                                          std::make_shared<GuestCases>(1), patience);
  }

  // Why it does not take part.
  static std::string fault(const std::string& script, double patience = 10) {
    const auto mine = guest(script, patience);
    EXPECT_FALSE(mine->prepare(kXor, DType::float64));
    EXPECT_FALSE(mine->prepare(kXor, DType::float64));  // no hang, no crash
    const Json json = mine->json();
    EXPECT_EQ(json.at("faults").at(0).at("subject"), "xor");
    EXPECT_THAT(guest_reason(json, Language::english), HasSubstr("xor, batch 4: "));
    return json.at("faults").at(0).at("fault");
  }

  // Answers to a case with the losses of the autograd twin, then as `script` says.
  static std::string right(const std::string& script) {
    GuestCases cases(1);
    const Json losses = cases.losses(kXor, DType::float64).at("autograd");
    return kHello + ("read line; echo '{\"losses\": " + losses.dump() + "}'; read line; ") + script;
  }
};

TEST_F(FakeGuestTest, SaysWhatWentWrongAtTheStart) {
  EXPECT_EQ(fault("echo Traceback >&2; echo 'MemoryError: too large' >&2; exit 1"),
            "it failed: MemoryError: too large");
  EXPECT_EQ(fault("exit 3"), "it failed: exit code 3");
  EXPECT_EQ(fault("kill -KILL $$"), "it failed: signal 9");
  EXPECT_EQ(fault("echo nonsense"), "what it said is damaged: nonsense");
  EXPECT_EQ(fault("echo '{\"schema\": \"twingrad'"), "what it said is damaged: {\"schema\": \"twingrad");
  EXPECT_EQ(fault("echo '{\"schema\": \"twingrad.side/2\"}'"), "what it said is no twingrad.side/1");
  EXPECT_EQ(fault("sleep 60", 1), "it failed: it did not answer within 1 s");
}

TEST_F(FakeGuestTest, SaysWhatIsWrongWithItsLosses) {
  const auto with = [](const std::string& answer) {
    return kHello + std::string("read line; echo '") + answer + "'; read line; echo '" + answer + "'";
  };
  EXPECT_EQ(fault(with("{\"losses\": [1, 2]}")), "it gave 2 losses where 5 were asked for");
  EXPECT_THAT(fault(with("{\"losses\": [1, 1, 1, 1, 1]}")), HasSubstr("the loss of step 1 is 1, and 0."));
  EXPECT_THAT(fault(with("{\"losses\": [\"a\"]}")), HasSubstr("what it said is damaged"));
  EXPECT_THAT(fault(with("{}")), HasSubstr("what it said is damaged"));
  EXPECT_EQ(fault(with("{\"fault\": \"KeyError: weight\"}")), "it failed: KeyError: weight");
}

TEST_F(FakeGuestTest, AFaultAtOneNetworkIsNoneAtTheNext) {
  const auto mine = guest(kHello + std::string("read line; echo '{\"fault\": \"too large\"}'; ") +
                          right("").substr(std::string(kHello).size()));
  EXPECT_FALSE(mine->prepare({"xor-large", kXor.spec, 4}, DType::float64));
  EXPECT_TRUE(mine->prepare(kXor, DType::float64)) << mine->json();
}

TEST_F(FakeGuestTest, MayBeLostWhileItRuns) {
  const auto fault_of = [](const std::string& script) {
    const auto mine = guest(right(script), 1);
    EXPECT_TRUE(mine->prepare(kXor, DType::float64)) << mine->json();
    EXPECT_FALSE(mine->run(2));
    return mine->json().at("faults").at(0).at("fault").get<std::string>();
  };
  EXPECT_EQ(fault_of("exit 7"), "it failed: exit code 7");
  EXPECT_EQ(fault_of("sleep 60"), "it failed: it did not answer within 1 s");
  EXPECT_THAT(fault_of("echo '{}'"), HasSubstr("what it said is damaged"));
  EXPECT_EQ(fault_of("echo '{\"seconds\": 0, \"processor_seconds\": 1}'"), "it gave no times");
}

TEST_F(FakeGuestTest, OneThatIsLostLeavesTheOthersTheirTimes) {
  bench::Options options;
  options.subjects = {kXor};
  options.backends = backends();
  options.seconds = 0.01;
  GuestCases cases(1);
  const Json losses = cases.losses(kXor, DType::float32).at("autograd");
  const std::string took = R"(read line; echo '{"seconds": 0.002, "processor_seconds": 0.001}'; )";
  const auto mine =
      guest(kHello + ("read line; echo '{\"losses\": " + losses.dump() + "}'; ") + took + took + took);
  const Json json = run_benching(options, {mine}, [](std::int64_t, std::int64_t) {});
  for (const Timing& timing : timings(json)) EXPECT_NE(timing.side, "fake");
  EXPECT_EQ(timings(json).size(), 3U);  // manual, autograd, products
  EXPECT_EQ(json.at("guests").at(0).at("faults").at(0).at("fault"), "it failed: exit code 0");
}

TEST_F(FakeGuestTest, ItsRatioIsPairedByTheRound) {
  bench::Options options;
  options.subjects = {kXor};
  options.backends = backends();
  options.seconds = 0.01;
  GuestCases cases(1);
  const Json losses = cases.losses(kXor, DType::float32).at("autograd");
  const auto mine =
      guest(kHello + ("read line; echo '{\"losses\": " + losses.dump() + "}'; ") +
            R"(while read line; do echo '{"seconds": 0.002, "processor_seconds": 0.001}'; done)");
  for (const Timing& timing : timings(run_benching(options, {mine}, [](std::int64_t, std::int64_t) {}))) {
    if (timing.side != "fake") continue;
    EXPECT_DOUBLE_EQ(timing.us.median, 2000);
    EXPECT_DOUBLE_EQ(timing.busy, 0.5);
    EXPECT_LT(timing.ratio_low, timing.ratio_high);
    return;
  }
  FAIL() << mine->json();
}

// A python3 that has the modules it is told to.
std::string python(const TemporaryFolder& folder, const std::string& has_module) {
  const std::filesystem::path path =
      write_file(folder / "python3", "#!/bin/sh\n" + has_module + "\nexit 9\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path.string();
}

TEST(PythonPeers, AMissingModuleIsAGap) {
  const TemporaryFolder folder;
  const auto programs = python_peers({python(folder, "case \"$2\" in *find_spec*) exit 1;; esac; exit 0")});
  ASSERT_EQ(programs.size(), 2U);
  for (const GuestProgram& program : programs) {
    EXPECT_TRUE(program.words.empty());
    EXPECT_EQ(program.not_measured.at("en"), "python3 has no module numpy; apt-get install python3-numpy");
    EXPECT_EQ(program.not_measured.at("id"),
              "python3 tidak memiliki modul numpy; apt-get install python3-numpy");
    const auto guest = guest_of(program);
    EXPECT_FALSE(guest->prepare(kXor, DType::float64));
    EXPECT_FALSE(guest->json().contains("faults"));
    EXPECT_EQ(guest_reason(guest->json(), Language::english),
              program.not_measured.at("en").get<std::string>());
  }
}

TEST(PythonPeers, EachLacksItsOwnModule) {
  const TemporaryFolder folder;
  const auto programs = python_peers({python(folder, "case \"$2\" in *torch*) exit 1;; esac; exit 0")});
  EXPECT_FALSE(programs[0].words.empty());
  EXPECT_EQ(programs[1].not_measured.at("en"), "python3 has no module torch; apt-get install python3-torch");
}

TEST(PythonPeers, NoPythonIsAGap) {
  for (const GuestProgram& program : python_peers({"/nonexistent/python3"}))
    EXPECT_EQ(program.not_measured.at("en"), "there is no python3; apt-get install python3");
}

TEST(PythonPeers, TheFirstPythonWithTheModulesRuns) {
  const TemporaryFolder without, with;
  const std::string second = python(with, "exit 0");
  for (const GuestProgram& program : python_peers({python(without, "exit 1"), second}))
    EXPECT_EQ(program.words.at(0), second);
}

TEST(SecondLibTorch, IsRefusedWhereThereIsNone) {
  const TemporaryFolder folder;
  EXPECT_THROW_MESSAGE(second_libtorch(folder / "none"), MachineError, "no such folder", "none");
  EXPECT_THROW_MESSAGE(second_libtorch(folder.path()), MachineError, "no TorchConfig.cmake", "--libtorch");
}

TEST(SecondLibTorch, OfAPythonPackageBringsItsPyTorch) {
  const TemporaryFolder folder;
  const auto packages = folder / "lib/python3.9/site-packages";
  std::filesystem::create_directories(packages / "torch/share/cmake");
  std::filesystem::create_directories(folder / "bin");
  const SecondLibTorch second{packages / "torch/share/cmake", "/there/twin", "2.15.0"};
  EXPECT_EQ(guests_of_libtorch(second).size(), 1U);  // no package: an unpacked zip
  write_file(packages / "torch/__init__.py", "");
  std::vector<GuestProgram> programs = guests_of_libtorch(second, {});
  ASSERT_EQ(programs.size(), 2U);
  EXPECT_EQ(programs[0].side, "autograd-2");
  EXPECT_EQ(programs[0].words, (std::vector<std::string>{"/there/twin", "serve-side"}));
  EXPECT_EQ(programs[1].side, "pytorch-2");
  EXPECT_THAT(programs[1].not_measured.at("en").get<std::string>(), HasSubstr(packages.string()));

  // A python3 elsewhere is told where the package is; that of the environment knows.
  const TemporaryFolder other;
  const std::string init = (packages / "torch/__init__.py").string();
  const std::string elsewhere =
      python(other, "[ -n \"$PYTHONPATH\" ] && echo $PYTHONPATH/torch/__init__.py; exit 0");
  programs = guests_of_libtorch(second, {elsewhere});
  EXPECT_EQ(programs[1].words.at(0), elsewhere);
  EXPECT_EQ(programs[1].environment.at("PYTHONPATH"), packages.string());
  const auto own = write_file(folder / "bin/python3", "#!/bin/sh\necho " + init + "\n");
  std::filesystem::permissions(own, std::filesystem::perms::owner_all);
  programs = guests_of_libtorch(second, {elsewhere});
  EXPECT_EQ(programs[1].words.at(0), own.string());
  EXPECT_TRUE(programs[1].environment.empty());
}

// What a benchmark would ask it.
TEST(ServeSide, AnswersAsAGuestDoes) {
  GuestCases cases(1);
  std::istringstream in(Json{{"case", cases.folder(kXor, DType::float32).string()}}.dump() +
                        "\n{\"steps\": 3}\nnonsense\n{\"case\": \"/nonexistent\"}\n");
  std::ostringstream out;
  serve_side(in, out, 1);
  std::istringstream said(out.str());
  std::vector<Json> answers;
  for (std::string line; std::getline(said, line);) answers.push_back(Json::parse(line));
  ASSERT_EQ(answers.size(), 5U);
  EXPECT_EQ(answers[0].at("schema"), kSideSchema);
  EXPECT_EQ(answers[0].at("library"), "LibTorch");
  EXPECT_EQ(answers[1].at("losses").get<std::vector<double>>(),
            cases.losses(kXor, DType::float32).at("autograd"));
  EXPECT_GT(answers[2].at("seconds"), 0);
  EXPECT_THAT(answers[3].at("fault").get<std::string>(), testing::Not(""));
  EXPECT_THAT(answers[4].at("fault").get<std::string>(), HasSubstr("/nonexistent"));
}

}  // namespace
}  // namespace twin::reports
