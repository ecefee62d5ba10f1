#include "autograd/graph.hpp"

#include <map>
#include <torch/csrc/autograd/functions/accumulate_grad.h>

#include "autograd/network.hpp"

namespace twin::autograd {
namespace {

class Recorded final : public Network {
 public:
  using Network::Network;

  std::vector<GraphNode> graph(const Batch& batch) {
    const torch::Tensor X = inputs(batch);  // first: targets() relies on inputs that fit
    const torch::Tensor loss = loss_of(layers_.forward(X, way({})), targets(batch));
    std::vector<GraphNode> nodes;
    if (const auto& first = loss.grad_fn()) visit(*first, nodes);
    return nodes;
  }

 private:
  std::size_t visit(const torch::autograd::Node& node, std::vector<GraphNode>& nodes) {
    const auto [known, is_new] = places_.emplace(&node, nodes.size());
    if (!is_new) return known->second;
    const std::size_t place = known->second;
    const std::string name = node.name();
    const std::size_t qualifier = name.rfind(':');
    nodes.push_back(
        {qualifier == std::string::npos ? name : name.substr(qualifier + 1), parameter_of(node), {}});
    for (const torch::autograd::Edge& edge : node.next_edges()) {
      if (!edge.is_valid()) continue;  // to a value of which nobody wants a gradient
      const std::size_t next = visit(*edge.function, nodes);
      nodes[place].next.push_back(next);
    }
    return place;
  }

  std::string parameter_of(const torch::autograd::Node& node) const {
    const auto* leaf = dynamic_cast<const torch::autograd::AccumulateGrad*>(&node);
    if (!leaf) return {};
    for (const NamedParameter& p : parameters_)
      if (p.value.is_same(leaf->variable)) return p.name;
    return {};
  }

  std::map<const torch::autograd::Node*, std::size_t> places_;
};

}  // namespace

std::vector<GraphNode> recorded_graph(const NetworkSpec& spec, const Batch& batch) {
  validate(spec);
  return Recorded(spec, batch.inputs.dtype, Device::cpu).graph(batch);
}

}  // namespace twin::autograd
