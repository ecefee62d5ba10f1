// torch.nn.functional.interpolate: no backward to write. (The module of LibTorch warns of factors that are no
// whole numbers, in every pass.)
#pragma once

#include <torch/nn/modules/container/functional.h>
#include <torch/types.h>

#include "autograd/layer.hpp"
#include "autograd/variants/own.hpp"
#include "shared/layers/upsample.hpp"

namespace twin::autograd {

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const UpsampleSpec& spec, const Own&, const torch::Tensor& x) {
  const Shape y = spec.output_shape(x.sizes().vec());
  const auto [down, across] = spec.scale_factor;
  if (spec.mode == UpsampleMode::nearest) return torch::upsample_nearest2d(x, {y[2], y[3]}, down, across);
  return torch::upsample_bilinear2d(x, {y[2], y[3]}, spec.align_corners, down, across);
}

inline torch::nn::Functional make_module(const UpsampleSpec& spec, const Scope&) {
  return torch::nn::Functional([spec](const torch::Tensor& x) { return functional(spec, {}, x); });
}

}  // namespace twin::autograd
