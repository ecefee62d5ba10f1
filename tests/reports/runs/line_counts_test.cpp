#include "reports/runs/line_counts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

#include "reports/runs/sources.hpp"
#include "shared/catalogue.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/stems.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

constexpr const char* kSides[] = {"manual", "autograd"};

/// A small tree that has what the catalogue's networks need.
class LineCountsTest : public testing::Test {
 protected:
  LineCountsTest() {
    for (const std::string side : kSides) {
      // What these tests do not look at: two lines for each stem.
      const auto stub = [&](const char* kind, std::string_view stem) {
        add(fmt::format("{}/{}/{}.hpp", side, kind, stem), "int a;\nint b;\n");
      };
      for (const CatalogueEntry& entry : catalogue()) {
        const std::function<void(const std::vector<LayerSpec>&)> add_layers = [&](const auto& layers) {
          for (const LayerSpec& layer : layers) {
            stub("layers", stem_of(layer));
            std::visit(
                [&](const auto& kind) {
                  if constexpr (requires { kind.children(); }) add_layers(kind.children());
                },
                layer.kind);
          }
        };
        add_layers(entry.spec.layers);
        stub("losses", name_of(entry.spec.loss));
        stub("optim", name_of(entry.spec.optimizer));
        if (entry.spec.schedule) stub("schedules", name_of(*entry.spec.schedule));
        if (entry.spec.clipping) stub("clipping", name_of(*entry.spec.clipping));
      }
      add(side + "/backend.cpp", "#include \"" + side + "/lists.hpp\"\n// comment\n\nint backend;\n");
      add(side + "/lists.hpp", "#include \"" + side + "/layers/dense.hpp\"\n#include \"" + side +
                                   "/layers/sigmoid.hpp\"\n#include \"" + side +
                                   "/losses/cross_entropy.hpp\"\nusing Layers = List<Dense, Sigmoid>;\n");
      add(side + "/layers/dense.hpp", "struct Dense {\n};\n");
      add(side + "/layers/sigmoid.hpp", "struct Sigmoid {};\n");
      add(side + "/losses/mse.hpp", "struct MseLoss {};\n");
      add(side + "/losses/cross_entropy.hpp",
          "#include \"" + side + "/table.hpp\"\nstruct CrossEntropyLoss {};\n");
      add(side + "/table.hpp", "int a;\nint b;\nint c;\nint d;\n");
      add(side + "/optim/sgd.hpp", "struct Sgd {};\n");
      add(side + "/checks.hpp", "int checks;\n");
    }
    add("shared/layers/sigmoid.hpp", "struct SigmoidSpec {};\n");
    add("shared/layers/sigmoid_mistakes.cpp", "void SigmoidSpec::mistakes() {}\nint mistakes;\n");
    add("shared/specs.hpp", "using Kind = List<DenseSpec, SigmoidSpec>;\n");
  }

  void add(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((tree_ / path).parent_path());
    write_file(tree_ / path, text);
  }

  Json count() const { return count_lines(tree_.path()); }
  Json network(const std::string& name, const char* side) const {
    const Json counts = count();
    for (const Json& network : counts.at("networks"))
      if (network.at("network") == name) return network.at(side);
    return {};
  }

  Json part(const std::string& name) const {
    const Json counts = count();
    for (const Json& part : counts.at("parts"))
      if (part.at("part") == name) return part;
    return {};
  }

  TemporaryFolder tree_;
};

TEST_F(LineCountsTest, ANetworkNeedsItsPartsAndWhatTheyInclude) {
  // dense 2, sigmoid 1, mse_loss 1, sgd 1; backend 2 and lists 4 serve all. Another loss is in the lists
  // too.
  const Json xor_lines = network("xor", "manual");
  EXPECT_EQ(xor_lines.at("own").at("code"), 5);
  EXPECT_EQ(xor_lines.at("shared").at("code"), 6);
  EXPECT_EQ(xor_lines.at("shared").at("comment"), 1);
  EXPECT_EQ(xor_lines.at("shared").at("blank"), 1);
  // Its loss brings a table along; nobody includes the checks.
  const Json fashion = network("fashion-mlp", "autograd");
  EXPECT_EQ(fashion.at("own").at("code"), 6);
  EXPECT_EQ(fashion.at("shared").at("code"), 10);
}

TEST_F(LineCountsTest, AFileThatOneSideAloneHasIsAPartAllTheSame) {
  add("manual/networks/mlp.hpp", "int mlp;\n");
  EXPECT_EQ(part("networks/mlp").at("manual").at("code"), 1);
  EXPECT_TRUE(part("networks/mlp").at("autograd").is_null());
}

TEST_F(LineCountsTest, ANetworkWithoutSourcesIsRefused) {
  std::filesystem::remove(tree_ / "manual/layers/sigmoid.hpp");
  EXPECT_THROW_MESSAGE(count(), DataError, "perceptron needs layers/sigmoid");
  std::filesystem::remove_all(tree_ / "manual");
  EXPECT_THROW_MESSAGE(count(), MachineError, "the source tree is gone");
}

TEST_F(LineCountsTest, FunctionsHaveRolesByTheirNames) {
  add("manual/layers/dense.hpp",
      "struct Dense {\n"
      "  static constexpr const char* forward_formula = 0;\n"
      "  void forward() {}\n"
      "  void backward() {\n"
      "  }\n"
      "  void backward_parameters() {}\n"
      "  void feedback() {}\n"
      "};\n");
  add("manual/optim/sgd.hpp", "struct Sgd {\n  void update() {}\n  void update_errors() {}\n};\n");
  add("autograd/layers/dense.hpp",
      "int make_module() { return 1; }\nint functional() {\n  return 2;\n}\nint control_forward() { return "
      "3; }\n");
  const Json dense = part("layers/dense"), sgd = part("optim/sgd").at("manual");
  EXPECT_EQ(dense.at("manual").at("forward"), 1);
  EXPECT_EQ(dense.at("manual").at("backward"), 3);
  EXPECT_EQ(dense.at("manual").at("apparatus"), 1);  // the formula
  EXPECT_EQ(sgd.at("update"), 1);
  EXPECT_EQ(dense.at("autograd").at("code"), 5);
  EXPECT_EQ(dense.at("autograd").at("backward"), 0);
  EXPECT_EQ(dense.at("autograd").at("apparatus"), 4);
  EXPECT_EQ(network("xor", "manual").at("own").at("backward"), 3);
  EXPECT_EQ(network("xor", "manual").at("own").at("update"), 1);
}

TEST_F(LineCountsTest, PeersAreCountedWhereTheyHaveEveryPart) {
  EXPECT_TRUE(count().at("peers").empty());
  const std::string stem =
      "\"\"\"What it is.\"\"\"\nimport numpy as np\n\n\nclass Numpy:\n    pass\n\n\n"
      "def pytorch(layer):\n    return layer\n";
  for (const char* path : {"layers/dense", "layers/sigmoid", "losses/mse", "optim/sgd"})
    add(std::string("bench/peers/") + path + ".py", stem);
  add("bench/peers/numpy_peer.py", "import sys\n# all of it\nsys.exit()\n");
  add("bench/peers/pytorch_peer.py", "import torch\n");
  const Json peers = count().at("peers");
  ASSERT_EQ(peers.size(), 2U);  // fashion-mlp has another loss
  EXPECT_EQ(peers[1].at("network"), "xor");
  EXPECT_EQ(peers[1].at("numpy").at("parts"), 12);
  EXPECT_EQ(peers[1].at("numpy").at("program"), 2);
  EXPECT_EQ(peers[1].at("pytorch").at("parts"), 8);
  EXPECT_EQ(peers[1].at("pytorch").at("program"), 1);
}

TEST(PeerLines, LeaveOutDocstringsCommentsAndBlankLines) {
  const PeerLines lines = peer_lines(
      "\"\"\"One line.\"\"\"\n\nx = 1  # code\n# none\ndef f():\n    \"\"\"Two\n    lines.\n    \"\"\"\n    "
      "return 1\n"
      "def pytorch(layer):\n    return 2\n");
  EXPECT_EQ(lines.numpy, 3);
  EXPECT_EQ(lines.pytorch, 2);
}

TEST(LineCounts, OfTheRealSourcesAddUp) {
  const Json counts = count_lines(source_tree());
  EXPECT_EQ(counts.at("networks").size(), catalogue().size());
  EXPECT_FALSE(counts.at("peers").empty());
  for (const char* side : kSides) {
    LineCounts files;
    for (const Source& source : read_sources(source_tree(), side)) {
      EXPECT_GE(source.lines.comment, 0) << source.path;
      files += source.lines;
    }
    EXPECT_EQ(counts.at("totals").at(side).at("code"), files.code);
    for (const Json& network : counts.at("networks"))
      EXPECT_LE(network.at(side).at("own").at("code").get<int>() +
                    network.at(side).at("shared").at("code").get<int>(),
                files.code);
  }
  // By hand every layer has a forward and a backward; autograd derives the second.
  const Json &manual = counts.at("totals").at("manual"), &autograd = counts.at("totals").at("autograd");
  EXPECT_GT(manual.at("forward"), 0);
  EXPECT_GT(manual.at("backward"), 0);
  EXPECT_GT(manual.at("update"), 0);
  EXPECT_EQ(autograd.at("backward"), 0);
  EXPECT_GT(autograd.at("apparatus"), 0);
}

}  // namespace
}  // namespace twin::reports
