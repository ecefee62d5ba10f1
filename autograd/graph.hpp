// The graph that autograd records of a loss, as LibTorch itself holds it.
#pragma once

#include <string>
#include <vector>

#include "shared/network.hpp"

namespace twin::autograd {

struct GraphNode {
  std::string name;               // LibTorch's own, without its namespace: "AddmmBackward0"
  std::string parameter;          // whose gradient it adds to ("hidden.weight"); empty: of none
  std::vector<std::size_t> next;  // the nodes that its gradients flow to, by their place in the graph
};

/// What loss.backward() will walk through: the loss's own node first, each node once. Its shape does not
/// depend on the weights. Throws as Network does when the batch does not fit.
std::vector<GraphNode> recorded_graph(const NetworkSpec& spec, const Batch& batch);

}  // namespace twin::autograd
