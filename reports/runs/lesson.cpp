#include "reports/runs/lesson.hpp"

#include "autograd/graph.hpp"
#include "reports/backends.hpp"
#include "reports/runs/excerpts.hpp"
#include "reports/runs/traced_step.hpp"
#include "reports/runs/training.hpp"
#include "shared/data/batches.hpp"

namespace twin::reports {
namespace lesson {

struct Piece {
  const char *file, *beginning;
};
using Pieces = std::vector<Piece>;

constexpr const char *kNumpy = "bench/peers/numpy_peer.py", *kPytorch = "bench/peers/pytorch_peer.py",
                     *kDense = "bench/peers/layers/dense.py", *kSigmoid = "bench/peers/layers/sigmoid.py",
                     *kMse = "bench/peers/losses/mse.py", *kSgd = "bench/peers/optim/sgd.py";

// By StepPart. What stands on the first line is the step, what follows is what it calls.
const Pieces kByNumpy[] = {
    {{kDense, "self.gradients = ["}},
    {{kNumpy, "predicted_output ="}, {kDense, "def forward"}, {kSigmoid, "def forward"}},
    {{kNumpy, "loss, error ="}, {kMse, "def __call__"}},
    {{kNumpy, "for i in reversed"}, {kDense, "def backward"}, {kSigmoid, "def backward"}},
    {{kNumpy, "self.optimizer.update("}, {kSgd, "def update"}}};
const Pieces kByPytorch[] = {{{kPytorch, "optimizer.zero_grad()"}},
                             {{kPytorch, "outputs ="}},
                             {{kPytorch, "loss = loss_function"}},
                             {{kPytorch, "loss.backward()"}},
                             {{kPytorch, "optimizer.step()"}}};
constexpr Piece kManualStep{"manual/network.hpp", "double step("},
    kAutogradStep{"autograd/network.hpp", "virtual torch::Tensor step("};

struct Work {
  const char* node;  // as its name begins
  Pieces pieces;     // none: by hand there is nothing to do
};
// A backward pass by hand is these lines, a graph is these nodes.
const Work kWork[] = {
    {"MseLoss", {{kMse, "error ="}, {kMse, "return np.mean"}}},
    {"Sigmoid", {{kSigmoid, "return error"}}},
    {"Addmm",
     {{kDense, "self.gradients = ["}, {kDense, "self.gradients.append("}, {kDense, "return adjustment @"}}},
    {"T", {}},
    {"AccumulateGrad", {}}};

std::string code(const std::filesystem::path& root, const Pieces& pieces, const char* between) {
  std::string text;
  for (const Piece& piece : pieces)
    text += (text.empty() ? "" : between) + excerpt(root, piece.file, piece.beginning);
  return text;
}

Json code_of_steps(const std::filesystem::path& root) {
  Json numpy = Json::array(), pytorch = Json::array();
  for (const Pieces& pieces : kByNumpy) numpy.push_back(code(root, pieces, "\n"));
  for (const Pieces& pieces : kByPytorch) pytorch.push_back(code(root, pieces, "\n"));
  return {{"numpy", std::move(numpy)},
          {"pytorch", std::move(pytorch)},
          {"manual", code(root, {kManualStep}, "")},
          {"autograd", code(root, {kAutogradStep}, "")}};
}

}  // namespace lesson

Json xor_lesson(const std::filesystem::path& root) {
  const CatalogueEntry& entry = find_network("xor");
  TrainingOptions options;
  options.backends = backends();
  options.dtype = DType::float64;
  const Dataset dataset = dataset_for(entry, {});
  const OwnedBatch batch = slice(dataset.train, options.dtype, 0, dataset.train.size());
  const auto networks = build_networks(entry, options);
  Json before = Json::array();
  for (const Tensor& parameter : networks[0]->parameters())
    before.push_back({{"quantity", parameter.name()}, {"values", parameter.to_doubles()}});
  const TracedStep step = traced_step(networks, batch.view());

  Json graph = Json::array();
  for (const autograd::GraphNode& node : autograd::recorded_graph(entry.spec, batch.view()))
    graph.push_back({{"name", node.name}, {"parameter", node.parameter}, {"next", node.next}});
  Json work = Json::array();
  for (const lesson::Work& of : lesson::kWork)
    work.push_back({{"node", of.node}, {"code", lesson::code(root, of.pieces, "")}});
  return {{"code", lesson::code_of_steps(root)},
          {"targets", batch.targets.to_doubles()},
          {"values", {{"manual", json_of(step.manual)}, {"autograd", json_of(step.autograd)}}},
          {"before", std::move(before)},
          {"graph", std::move(graph)},
          {"work", std::move(work)}};
}

}  // namespace twin::reports
