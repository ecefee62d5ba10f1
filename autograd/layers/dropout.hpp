// torch.nn.Dropout with a mask of ours: nobody draws what LibTorch's generator draws. Still there is no
// backward to write.
#pragma once

#include <string>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <utility>

#include "autograd/layer.hpp"
#include "shared/layers/dropout.hpp"

namespace twin::autograd {

class DropoutImpl final : public torch::nn::Module {
 public:
  DropoutImpl(const DropoutSpec& spec, std::string path) : spec_(spec), path_(std::move(path)) {}

  torch::Tensor forward(const torch::Tensor& x, const Pass& pass) {
    if (pass.mode == Mode::evaluation) return x;
    const DropoutMask mask(spec_, path_, pass.seed, pass.step);
    const torch::Tensor m = torch::empty(x.sizes(), torch::kFloat64);
    double* values = m.data_ptr<double>();
    for (std::int64_t i = 0; i < m.numel(); ++i)
      values[i] = mask.keeps(static_cast<std::uint64_t>(i)) ? mask.scale() : 0;
    return x * m.to(x.options());
  }

 private:
  DropoutSpec spec_;
  std::string path_;
};
TORCH_MODULE(Dropout);

inline Dropout make_module(const DropoutSpec& spec, const Scope& scope) { return Dropout(spec, scope.path); }

}  // namespace twin::autograd
