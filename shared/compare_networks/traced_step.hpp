// One training step of a network that is right, and what mistakes in it would compute.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/data/batches.hpp"
#include "shared/network.hpp"

namespace twin {

/// network.trace_step(), and behind it every buffer as it is after the step (Role::state). The network moves
/// on.
Trace trace_with_buffers(Network& network, const OwnedBatch& batch);

class TracedStep {
 public:
  /// Traces a step of `right`, a float64 network of `spec`. `spec`, `batch` and `previous`, the step before
  /// (null for a first one), outlive this.
  TracedStep(Network& right, const NetworkSpec& spec, const OwnedBatch& batch, const TracedStep* previous);

  const NetworkSpec& spec() const { return spec_; }
  const OwnedBatch& batch() const { return batch_; }
  const TracedStep* previous() const { return previous_; }
  const NetworkState& before() const { return before_; }
  const NamedTensors& parameters() const { return before_.parameters; }  // before the step
  const Trace& trace() const { return trace_; }

  /// A value of the step; the batch's integers where a layer takes these. Null when there is none of this
  /// name.
  const Array* find(Role role, const std::string& path) const;

  /// The layer that computes a value, and what the layer calls it. The inputs of a child, and the gradient
  /// that flows back into it, are computed by the composite that holds the child. No layer computes the loss,
  /// the error, or what the network hands from one of its own layers to the next: then `layer` is empty, and
  /// `path` is the whole path of the value.
  struct Place {
    std::optional<LayerSpec> layer;
    std::string path;  // of the layer
    Quantity quantity;
  };
  Place place_of(const TraceEntry& entry) const;

  /// What the mistakes that are known would compute in place of a value of the trace.
  std::vector<Prediction> predictions(const TraceEntry& entry) const;

 private:
  LayerValues layer_values(const Place& place) const;
  LossValues loss_values() const;

  const NetworkSpec& spec_;
  const OwnedBatch& batch_;
  const TracedStep* previous_;
  NetworkState before_;
  Trace trace_;
  std::map<std::pair<Role, std::string>, Array> values_;
  Array indices_;  // the batch's inputs, where these are integers
};

}  // namespace twin
