// A batch for a network of another scalar than its tensors hold: one that carries its rounding error, or its
// derivative along a direction. The numbers of the batch are exact, and do not move.
#pragma once

#include <vector>

#include "manual/loss.hpp"
#include "shared/network.hpp"

namespace twin::manual {

/// Of a tensor of float32 or float64.
template <typename Scalar>
std::vector<Scalar> converted(const TensorView& view) {
  std::vector<Scalar> result;
  const auto copy = [&](auto values) {
    result.reserve(values.size());
    for (const auto value : values) result.push_back(Scalar(static_cast<double>(value)));
  };
  if (view.dtype == DType::float32)
    copy(view.data<float>());
  else
    copy(view.data<double>());
  return result;
}

/// Its inputs and targets. Precondition: the batch fits the specification.
template <typename Scalar>
class ConvertedBatch {
 public:
  ConvertedBatch(const NetworkSpec& spec, const Batch& batch)
      : takes_indices_(indices_of(spec.layers) > 0), extents_(layer_input_shape(spec, batch.inputs.shape)) {
    if (takes_indices_)
      indices_ = batch.inputs.data<std::int64_t>().data();
    else
      inputs_ = converted<Scalar>(batch.inputs);
    if (takes_labels(spec.loss)) {
      targets_.labels = batch.targets.data<std::int64_t>();
    } else {
      target_values_ = converted<Scalar>(batch.targets);
      targets_.values = {target_values_.data(), Extents(batch.targets.shape)};
    }
  }
  ConvertedBatch(const ConvertedBatch&) = delete;
  ConvertedBatch& operator=(const ConvertedBatch&) = delete;

  /// f(inputs): an Activation, or Indices.
  template <typename F>
  void with_inputs(const F& f) const {
    if (takes_indices_)
      f(Indices(indices_, extents_));
    else
      f(Activation<Scalar>(inputs_.data(), extents_));
  }
  const Targets<Scalar>& targets() const { return targets_; }

 private:
  bool takes_indices_;
  Extents extents_;  // of the inputs, as the layers see them
  const std::int64_t* indices_ = nullptr;
  std::vector<Scalar> inputs_, target_values_;
  Targets<Scalar> targets_;
};

}  // namespace twin::manual
