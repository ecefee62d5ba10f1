#include "reports/runs/line_counts.hpp"

#include <algorithm>
#include <fmt/format.h>

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
        for (const LayerSpec& layer : entry.spec.layers) stub("layers", stem_of(layer));
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

  Json cost_of(const std::string& stem) const {
    const Json counts = count();
    for (const Json& cost : counts.at("stems"))
      if (cost.at("stem") == stem) return cost;
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
  const Json counts = count();
  const Json& parts = counts.at("parts");
  const auto mlp = std::find_if(parts.begin(), parts.end(),
                                [](const Json& part) { return part.at("part") == "networks/mlp"; });
  ASSERT_NE(mlp, parts.end());
  EXPECT_EQ(mlp->at("manual").at("code"), 1);
  EXPECT_TRUE(mlp->at("autograd").is_null());
}

TEST_F(LineCountsTest, AStemCostsItsFilesAndTheLinesThatNameIt) {
  const Json sigmoid = cost_of("layers/sigmoid");
  for (const char* side : kSides) {
    EXPECT_EQ(sigmoid.at(side).at("own"), 1);
    EXPECT_EQ(sigmoid.at(side).at("named").at("lines"), 2);  // included, and in the list
    EXPECT_EQ(sigmoid.at(side).at("named").at("files").at(0).at("path"), std::string(side) + "/lists.hpp");
  }
  EXPECT_EQ(sigmoid.at("shared").at("own"), 3);  // with its mistakes
  EXPECT_EQ(sigmoid.at("shared").at("named").at("lines"), 1);
}

TEST_F(LineCountsTest, AStemOfOneSideAloneIsNotCompared) {
  EXPECT_TRUE(cost_of("optim/adamw").is_null());
  add("manual/optim/adamw.hpp", "struct Adamw {\n  int m, v;\n};\n");
  EXPECT_TRUE(cost_of("optim/adamw").is_null());
  add("autograd/optim/adamw.hpp", "struct Adamw {};\n");
  EXPECT_EQ(cost_of("optim/adamw").at("manual").at("own"), 3);
}

TEST_F(LineCountsTest, ANetworkWithoutSourcesIsRefused) {
  std::filesystem::remove(tree_ / "manual/layers/sigmoid.hpp");
  EXPECT_THROW_MESSAGE(count(), DataError, "perceptron needs layers/sigmoid");
  std::filesystem::remove_all(tree_ / "manual");
  EXPECT_THROW_MESSAGE(count(), MachineError, "the source tree is gone");
}

TEST_F(LineCountsTest, EveryLineOfCodeHasARole) {
  add("manual/layers/dense.hpp",
      "struct Dense {\n"
      "  void forward() {}\n"
      "  void backward() {\n"
      "  }\n"
      "  void backward_parameters() {}\n"
      "  void feedback() {}\n"
      "};\n");
  add("manual/optim/sgd.hpp", "struct Sgd {\n  void update() {}\n  void update_errors() {}\n};\n");
  const Json sides = count_roles(tree_.path());
  const Json& manual = sides.at("manual");
  EXPECT_EQ(manual.at("forward"), 1);
  EXPECT_EQ(manual.at("backward"), 3);
  EXPECT_EQ(manual.at("update"), 1);
  EXPECT_EQ(sides.at("autograd").at("backward"), 0);
  for (const Json& kind : manual.at("kinds")) {
    int sum = 0;
    for (const char* role : {"forward", "backward", "update", "rest"}) sum += kind.at(role).get<int>();
    EXPECT_EQ(sum, kind.at("code")) << kind;
  }
}

TEST(LineCounts, OfTheRealSourcesAddUp) {
  const Json counts = count_lines(source_tree());
  EXPECT_EQ(counts.at("networks").size(), catalogue().size());
  EXPECT_EQ(counts.at("stems").size(), stems().size());
  const Json roles = count_roles(source_tree());
  for (const char* side : kSides) {
    LineCounts files;
    for (const Source& source : read_sources(source_tree(), side)) {
      EXPECT_GE(source.lines.comment, 0) << source.path;
      files += source.lines;
    }
    EXPECT_EQ(counts.at("totals").at(side).at("code"), files.code);
    EXPECT_EQ(roles.at(side).at("code"), files.code);
    for (const Json& network : counts.at("networks"))
      EXPECT_LE(network.at(side).at("own").at("code").get<int>() +
                    network.at(side).at("shared").at("code").get<int>(),
                files.code);
  }
  // By hand every layer has a forward and a backward; autograd derives the second.
  EXPECT_GT(roles.at("manual").at("forward"), 0);
  EXPECT_GT(roles.at("manual").at("backward"), 0);
  EXPECT_GT(roles.at("manual").at("update"), 0);
  EXPECT_EQ(roles.at("autograd").at("backward"), 0);
}

}  // namespace
}  // namespace twin::reports
