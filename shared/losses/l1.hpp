// The mean absolute error (torch.nn.L1Loss).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/reduction.hpp"

namespace twin {

struct Example;

/// Mean (or sum) of absolute differences over all elements; targets have the shape and dtype of the outputs.
struct L1LossSpec {
  static constexpr bool takes_labels = false, takes_logits = false;
  Reduction reduction = Reduction::mean;
  bool operator==(const L1LossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const { return {{"sum", is_sum(reduction)}}; }
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
