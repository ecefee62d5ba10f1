// torch.nn.Linear: no backward to write.
#pragma once

#include <torch/nn/modules/linear.h>

#include "shared/specs/network_spec.hpp"

namespace twin::autograd {

using Dense = torch::nn::Linear;

inline Dense make_layer(const DenseSpec& spec) { return Dense(spec.in_features, spec.out_features); }

}  // namespace twin::autograd
