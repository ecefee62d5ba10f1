// torch.nn.functional.pad: no backward to write.
#pragma once

#include <torch/nn/functional/padding.h>
#include <torch/nn/modules/container/functional.h>
#include <torch/types.h>

#include "autograd/layer.hpp"
#include "autograd/variants/own.hpp"
#include "shared/layers/pad.hpp"

namespace twin::autograd {

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const PadSpec& spec, const Own&, const torch::Tensor& x) {
  torch::nn::functional::PadFuncOptions options({spec.pad.begin(), spec.pad.end()});
  if (spec.mode == PadMode::constant) options.value(spec.value);
  if (spec.mode == PadMode::reflect) options.mode(torch::kReflect);
  if (spec.mode == PadMode::replicate) options.mode(torch::kReplicate);
  return torch::nn::functional::pad(x, options);
}

inline torch::nn::Functional make_module(const PadSpec& spec, const Scope&) {
  return torch::nn::Functional([spec](const torch::Tensor& x) { return functional(spec, {}, x); });
}

}  // namespace twin::autograd
